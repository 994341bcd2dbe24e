"""Owns pay terms as they are set up; what dates they give stands in rules/terms.py."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal


@dataclass(frozen=True)
class PayTerms:
    """When an invoice is due and until when it earns a discount.

    Either so many days after the invoice (`due_days`), or on a day of a month (`due_day`): the month follows from
    `cutoff_day` and `roll_months` 1 to 3. The discount likewise; `discount_percent` is 0 to 100.
    """

    ar_company: int
    code: str
    description: str
    due_days: int | None = None
    due_day: int | None = None
    discount_days: int | None = None
    discount_day: int | None = None
    cutoff_day: int | None = None
    roll_months: int = 1
    discount_percent: Decimal = Decimal(0)
    retired_on: date | None = None
    revision: int = 1


def faults_in_terms(terms: PayTerms) -> list[tuple[str, str]]:
    """What is contradictory in pay terms, by field."""
    faults = []
    if terms.due_days is not None and terms.due_day is not None:
        faults.append(("due_day", "due dates go by days or by a day of the month, not both"))
    if terms.discount_days is not None and terms.discount_day is not None:
        faults.append(("discount_day", "discount dates go by days or by a day of the month, not both"))
    by_day = terms.due_day is not None or terms.discount_day is not None
    if terms.cutoff_day is not None and not by_day:
        faults.append(("cutoff_day", "a cutoff day has a meaning only where a date goes by a day of the month"))
    if terms.discount_percent and terms.discount_days is None and terms.discount_day is None:
        faults.append(("discount_percent", "a discount needs discount_days or discount_day"))
    return faults
