"""What a form shows beside an entry: the invoice that it applies to, and the contract items."""

from sqlalchemy.ext.asyncio import AsyncSession

from services.receivables.actions.entries.desk import Desk, read_entry
from services.receivables.rules.entries.info import ItemInfo, LineInfo, item_infos
from services.receivables.store import applied
from services.receivables.store.entries import facts
from shared.access.grants import Scope
from shared.errors import NotFound


async def read_other_info(session: AsyncSession, scope: Scope, invoice_id: int) -> list[LineInfo]:
    """The lines of a posted invoice, as originally posted and as they are now. Raises NotFound."""
    if not await applied.invoices(session, scope, [invoice_id]):
        raise NotFound(f"There is no invoice {invoice_id}.")
    return await applied.line_infos(session, invoice_id)


async def read_contract_items(session: AsyncSession, desk: Desk, seq: int) -> list[ItemInfo]:
    """The contract items that an entry names, with their agreed and billed figures. Raises NotFound."""
    entry = await read_entry(session, desk.batch.id, seq)
    if entry.header.contract is None:
        return []
    _, items = await facts.contracts(session, desk.batch.ar_company, [entry.header.contract])
    return item_infos(entry, [*items.values()])
