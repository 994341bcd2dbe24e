"""Plausible business dates: a date that must be a typing error is refused where it is entered."""

from datetime import date
from typing import Annotated

from pydantic import AfterValidator

FIRST, LAST = date(1990, 1, 1), date(2199, 12, 31)


def _sensible(day: date) -> date:
    if not FIRST <= day <= LAST:
        raise ValueError(f"must be between {FIRST} and {LAST}")
    return day


Day = Annotated[date, AfterValidator(_sensible)]
"""The date of a service or an invoice. The limits leave room for the cycles and due dates that are counted from it."""
