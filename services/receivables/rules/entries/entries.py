"""Entries as they are in a batch: header, lines and miscellaneous distributions."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any

from pydantic import Field

from services.receivables.rules.batches import Severity
from services.receivables.rules.entries.amounts import Amounts, total
from services.receivables.rules.entries.facts import ADD, Action, TransactionType
from services.receivables.rules.entries.line_facts import BatchLine
from shared.contracts.invoice_credited import Disposition
from shared.values.fields import COMPLETE, light
from shared.values.filters import Filter
from shared.values.money import ZERO, Money
from shared.values.text import CodeText, NumberText


@dataclass(frozen=True, slots=True)
class EntryHead:
    """The header of an entry. `changes_id` is the posted transaction that was brought back to be changed or deleted.

    `invoice_number` is None if the invoice gets its number on posting. An amendment has the number of the invoice
    `apply_to_id`.
    """

    __pydantic_config__ = COMPLETE

    seq: int
    action: Action
    type: TransactionType
    customer: str
    apply_to_id: int | None
    contract: str | None
    invoice_number: str | None
    receivable_type: int
    description: str
    purchase_order: str
    invoice_date: date
    pay_terms: str | None
    due_on: date
    discount_on: date | None
    disposition: Disposition | None = None
    reason: str = ""
    changes_id: int | None = None
    entered_by: str = ""
    posted: bool = False
    changed_by: str | None = None
    changed_at: datetime | None = None
    revision: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryItem(EntryHead):
    """An entry in a list."""

    customer_name: str
    total: Money
    lines: Annotated[int, Field(description="How many lines the entry has.")]
    errors: Annotated[int, Field(description="How many errors the last validation found in it.")]
    warnings: Annotated[int, Field(description="How many warnings the last validation found about it.")]


class EntryFilter(Filter):
    """The filters of the entries of a batch."""

    customer: NumberText | None = None
    type: list[TransactionType] | None = Field(default=None, description="One or several; repeat the parameter.")
    severity: Severity | None = Field(default=None, description="With a finding of the last validation of this kind.")
    rule: CodeText | None = Field(default=None, description="With a finding of this rule, such as `CREDIT_LIMIT`.")


@light
@dataclass(frozen=True, slots=True, kw_only=True)
class Header(EntryHead):
    """A header with what clerks do not see: where it came from, and the highest line number so far."""

    customer_id: int
    number_typed: bool
    branch: str | None = None
    rating_invoice_id: int | None = None
    rating_attempt: int | None = None
    last_line: int = 0

    @property
    def from_rating(self) -> bool:
        return self.rating_invoice_id is not None

    @property
    def brought_back(self) -> bool:
        return self.action != ADD

    def typed(self) -> dict[str, Any]:
        """The current values of the fields of the form."""
        return {
            "type": self.type,
            "customer": self.customer,
            "apply_to": self.apply_to_id,
            "contract": self.contract,
            "invoice_number": self.invoice_number,
            "receivable_type": self.receivable_type,
            "description": self.description,
            "purchase_order": self.purchase_order,
            "invoice_date": self.invoice_date,
            "pay_terms": self.pay_terms,
            "due_on": self.due_on,
            "discount_on": self.discount_on,
            "disposition": self.disposition,
            "reason": self.reason,
        }


@dataclass(frozen=True, slots=True)
class MiscRow:
    """A miscellaneous distribution. It is for reports only and never affects the GL or the balance."""

    row: int
    code: str
    description: str
    distributed_on: date
    amount: Money


@dataclass(frozen=True)
class Entry:
    """An entry: its header, lines and miscellaneous distributions."""

    header: Header
    lines: Sequence[BatchLine] = ()
    misc: Sequence[MiscRow] = field(default_factory=tuple)

    @property
    def seq(self) -> int:
        return self.header.seq

    @property
    def total(self) -> Amounts:
        return total(line.amounts for line in self.lines)

    @property
    def amount(self) -> Decimal:
        """`total.amount`, without the other parts, which validation does not need."""
        return sum((line.amount for line in self.lines), ZERO)


def next_misc_amount(entry: Entry) -> Decimal:
    """The default amount of the next miscellaneous distribution: the net amount less what the other rows have.

    It is negative for credits. Clerks may enter any amount; the rows need not add up.
    Example: an invoice of 105.00 with tax 5.00 and a row of 60.00 gives 40.00. Source: receivables, section 2.15.
    """
    whole = entry.total
    return whole.amount - whole.tax - sum((row.amount for row in entry.misc), ZERO)
