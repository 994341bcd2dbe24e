"""Miscellaneous distributions of posted transactions, as a list shows them."""

from dataclasses import dataclass
from datetime import date

from pydantic import Field

from services.receivables.rules.entries.facts import TransactionType
from shared.values.dates import CalendarDate
from shared.values.filters import Filter
from shared.values.money import Money
from shared.values.numbers import CompanyNumber
from shared.values.text import CodeText, MonthText, NumberText


@dataclass(frozen=True)
class MiscDistributionRow:
    """A miscellaneous distribution as the last change of its transaction left it. It is for reports only."""

    transaction_id: int
    row: int
    code: str
    description: str
    distributed_on: date
    amount: Money
    ar_company: int
    month: str
    transaction: int
    type: TransactionType
    invoice_id: int
    invoice_number: str
    customer: str
    customer_name: str
    branch: str | None


class MiscDistributionFilter(Filter):
    """The filters of the list of miscellaneous distributions."""

    ar_company: CompanyNumber | None = None
    month: MonthText | None = None
    customer: NumberText | None = None
    code: CodeText | None = None
    distributed_from: CalendarDate | None = Field(default=None, description="The earliest date of the distribution.")
    distributed_to: CalendarDate | None = Field(default=None, description="The latest date of the distribution.")


@dataclass(frozen=True)
class MiscDistributionTotals:
    """How many miscellaneous distributions match, and their sum."""

    count: int
    amount: Money
