"""Pay terms as they are set up. The dates that follow from them are in rules/terms.py."""

from decimal import Decimal
from typing import Annotated

from pydantic import Field

from shared.values.columns import Code, FilledWords, Percent, Record
from shared.values.dates import CalendarDate
from shared.values.numbers import CompanyNumber

DayOfMonth = Annotated[int, Field(ge=1, le=31)]
Days = Annotated[int, Field(ge=0, le=999)]


class PayTerms(Record):
    """When an invoice is due and until when it offers a discount: a number of days later, or on a day of the month.

    For a day of the month, `cutoff_day` and `roll_months` decide the month: an invoice dated after the cutoff day is
    due `roll_months` ahead, any other one month less.
    """

    ar_company: CompanyNumber
    code: Code
    description: FilledWords
    due_days: Days | None = None
    due_day: DayOfMonth | None = None
    discount_days: Days | None = None
    discount_day: DayOfMonth | None = None
    cutoff_day: DayOfMonth | None = None
    roll_months: int = Field(default=1, ge=1, le=3)
    discount_percent: Percent = Decimal(0)
    retired_on: CalendarDate | None = None
