"""Owns what entry has to know: options of the company, the customer, the contract and the invoice applied to."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Final, Literal

from services.receivables.rules.entries.amounts import NOTHING, Amounts

TransactionType = Literal["invoice", "adjustment", "credit_memo", "write_off"]
INVOICE: Final = "invoice"
ADJUSTMENT: Final = "adjustment"
CREDIT_MEMO: Final = "credit_memo"
WRITE_OFF: Final = "write_off"
TYPES = (INVOICE, ADJUSTMENT, CREDIT_MEMO, WRITE_OFF)
SETTLING = frozenset({CREDIT_MEMO, WRITE_OFF})
"""Types whose amounts are typed positive and stored negative, on lines that exist."""


Action = Literal["add", "change", "delete", "undo"]
ADD: Final = "add"
CHANGE: Final = "change"
DELETE: Final = "delete"
UNDO: Final = "undo"

LineType = Literal["contract", "material", "other"]
CONTRACT_LINE: Final = "contract"
MATERIAL_LINE: Final = "material"
OTHER_LINE: Final = "other"


@dataclass(frozen=True, slots=True)
class AppliedInvoice:
    """The posted invoice that an amendment applies to; `from_rating` when its orders are credited, not edited.

    `held_by` names the batch that holds one of its transactions to change or delete it.
    """

    id: int
    ar_company: int
    month: str
    transaction: int
    invoice_number: str
    customer_id: int
    customer: str
    contract: str | None
    receivable_type: int
    ar_account: str
    branch: str | None
    from_rating: bool
    deleted: bool = False
    held_by: str | None = None


@dataclass(frozen=True, slots=True)
class AppliedLine:
    """A line of a posted invoice with everything that was applied to it, posted or waiting in a batch.

    Signed as stored: `billed` is the line with its adjustments, `credited` and `written_off` take from it. What the entry
    at hand itself applies is left out. The accounts are those that the line was posted to: what takes from it goes there.
    """

    line: int
    line_type: LineType
    description: str
    gl_account: str
    tax_code: str | None
    contract_item: str | None
    material: str | None
    um: str | None
    unit_price: Decimal
    billed: Amounts
    credited: Amounts = NOTHING
    written_off: Amounts = NOTHING
    work_order_id: int | None = None
    work_order_number: str | None = None
    work_order_version: int | None = None
    work_order_attempt: int | None = None
    tax_account: str | None = None
    retainage_account: str | None = None
    retainage_tax_account: str | None = None
    charge_account: str | None = None
    charge_counter_account: str | None = None

    @property
    def open(self) -> Amounts:
        return self.billed + self.credited + self.written_off

    @property
    def creditable(self) -> Amounts:
        """What the line still amounts to after earlier credits."""
        return self.billed + self.credited
