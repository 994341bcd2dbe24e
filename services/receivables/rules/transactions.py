"""Posted transactions of every type, as a list shows them."""

from dataclasses import dataclass
from datetime import date, datetime

from pydantic import Field

from services.receivables.rules.entries.facts import Action, TransactionType
from shared.contracts.invoice_credited import Disposition
from shared.values.dates import CalendarDate
from shared.values.filters import Filter
from shared.values.money import Money
from shared.values.numbers import CompanyNumber, Id
from shared.values.text import FilledLine, Line, MonthText, NumberText


@dataclass(frozen=True)
class TransactionRow:
    """A posted transaction. `invoice_id` is the invoice that it applies to, or the invoice itself.

    `action` says whether it was added, or changes, deletes or undoes the transaction `changes_id`.
    """

    id: int
    ar_company: int
    month: str
    transaction: int
    type: TransactionType
    action: Action
    invoice_id: int
    invoice_number: str
    changes_id: int | None
    customer: str
    customer_name: str
    branch: str | None
    batch_id: int
    seq: int
    invoice_date: date
    net: Money
    tax: Money
    total: Money
    disposition: Disposition | None
    reason: str
    posted_by: str
    posted_at: datetime


class TransactionFilter(Filter):
    """The filters of the list of posted transactions."""

    ar_company: CompanyNumber | None = None
    month: MonthText | None = None
    type: list[TransactionType] | None = Field(default=None, description="One or several; repeat the parameter.")
    customer: NumberText | None = None
    batch_id: Id | None = None
    posted_by: FilledLine | None = Field(default=None, description="A user name, as `DOMAIN\\name`.")
    invoice_from: CalendarDate | None = Field(default=None, description="The earliest date of the document.")
    invoice_to: CalendarDate | None = Field(default=None, description="The latest date of the document.")
    search: Line | None = Field(default=None, description="Part of the invoice number.")


@dataclass(frozen=True)
class TransactionTotals:
    """How many transactions match, and their sums."""

    count: int
    net: Money
    tax: Money
    total: Money
