"""The kinds of transactions and lines, and the posted invoices that entries apply to."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final, Literal

from services.receivables.errors import TransactionHeld
from services.receivables.rules.entries.amounts import NOTHING, Amounts
from shared.values.money import ZERO

TransactionType = Literal["invoice", "adjustment", "credit_memo", "write_off"]
INVOICE: Final = "invoice"
ADJUSTMENT: Final = "adjustment"
CREDIT_MEMO: Final = "credit_memo"
WRITE_OFF: Final = "write_off"
TYPES = (INVOICE, ADJUSTMENT, CREDIT_MEMO, WRITE_OFF)
SETTLING = frozenset({CREDIT_MEMO, WRITE_OFF})
"""Types that take from existing lines. Their amounts are entered positive and stored negative."""


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
    """The posted invoice that an amendment applies to. One `from_rating` can be credited, but not edited.

    `held_by` is the title of a batch that is about to change or delete one of its transactions.
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
    invoice_date: date
    deleted: bool = False
    held_by: str | None = None


def require_not_held(invoice: AppliedInvoice) -> None:
    """Raises TransactionHeld if a batch is about to change or delete a transaction of the invoice."""
    if invoice.held_by is not None:
        raise TransactionHeld(
            f"A transaction of invoice {invoice.invoice_number} is in {invoice.held_by}. "
            "Post that batch or remove the entry first."
        )


@dataclass(frozen=True, slots=True)
class AppliedLine:
    """A line of a posted invoice with everything applied to it, whether posted or waiting in a batch.

    Amounts have the sign that is stored: `billed` is the line with its adjustments, and `credited` and `written_off`
    reduce it. What the entry at hand applies is not included. The accounts are those that the line was posted to, and
    whatever takes from the line posts to the same ones. `original` is the amount that the line was first posted with,
    0.00 if it never had any.
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
    original: Decimal = ZERO

    @property
    def sign(self) -> int:
        """1 for a line that is owed, −1 for one that reduces its invoice, 0 for one that never had an amount.

        Adjustments never change it.
        """
        amount = self.billed.amount or self.original
        return (amount > 0) - (amount < 0)

    @property
    def open(self) -> Amounts:
        return self.billed + self.credited + self.written_off

    @property
    def creditable(self) -> Amounts:
        """What earlier credits left of the line."""
        return self.billed + self.credited


def sign_of(transaction_type: TransactionType, applied: AppliedLine | None) -> int:
    """What the amounts that clerks enter are multiplied by when they are stored.

    Credits and write-offs are entered positive, whatever line they reduce, and stored with the opposite sign of that
    line: −1 for most lines, 1 for a negative one. Example: 15.00 credited on a line of −45.00 is stored as 15.00.
    Source: receivables, section 2.6.
    """
    if transaction_type not in SETTLING:
        return 1
    return 1 if applied is not None and (applied.open.amount or applied.billed.amount) < 0 else -1
