"""What a form shows beside an entry: Other Info of the invoice applied to, Contract Item Info."""

from services.receivables.actions import entry_info
from services.receivables.api.batches import OPENING, VIEW
from services.receivables.api.entries import ReadingDeskOf, Seq
from services.receivables.schemas.entry_info import ItemInfoRead, LineInfoRead
from shared.database import Transaction
from shared.errors import NotFound
from shared.numbers import Id
from shared.operation import CallerOf, Router

batches = Router("batches")
invoices = Router("invoices")


@invoices.get("/{invoice_id}/other-info", access=VIEW, refuses=[NotFound])
async def read_other_info(invoice_id: Id, caller: CallerOf, session: Transaction) -> list[LineInfoRead]:
    """Other Info: the lines of a posted invoice as they were at first, and in total with everything applied and paid."""
    found = await entry_info.read_other_info(session, caller.scope, invoice_id)
    return [LineInfoRead.model_validate(one) for one in found]


@batches.get("/{batch_id}/entries/{seq}/contract-items", access=VIEW, refuses=OPENING)
async def read_contract_item_info(seq: Seq, at: ReadingDeskOf, session: Transaction) -> list[ItemInfoRead]:
    """Contract Item Info: original, current and billed units and amounts of the items that the entry bills."""
    found = await entry_info.read_contract_items(session, at, seq)
    return [ItemInfoRead.model_validate(one) for one in found]
