"""Owns which dates business may have: those that a typing slip makes are refused where they are entered."""

from datetime import date
from typing import Annotated

from pydantic import AfterValidator

FIRST, LAST = date(1990, 1, 1), date(2199, 12, 31)


def _sensible(day: date) -> date:
    if not FIRST <= day <= LAST:
        raise ValueError(f"must lie between {FIRST} and {LAST}")
    return day


Day = Annotated[date, AfterValidator(_sensible)]
"""The day of a service or an invoice. Cycles and due dates are counted from it, and must have a date as well."""
