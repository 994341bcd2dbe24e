"""Plausible business dates, and moments that exist in UTC: others are refused where they are entered."""

from datetime import UTC, date, datetime
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime

FIRST, LAST = date(1990, 1, 1), date(2199, 12, 31)


def _sensible(day: date) -> date:
    if not FIRST <= day <= LAST:
        raise ValueError(f"must be between {FIRST} and {LAST}")
    return day


Day = Annotated[date, AfterValidator(_sensible)]
"""The date of a service or an invoice. The limits leave room for the cycles and due dates that are counted from it."""


def _in_utc(moment: datetime) -> datetime:
    try:
        moment.astimezone(UTC)
    except OverflowError:
        raise ValueError("must be a moment in the years 1 to 9999 in UTC") from None
    return moment


Moment = Annotated[datetime, AfterValidator(_in_utc)]
"""A point in time from a caller. The first and last hours of the calendar do not exist in every time zone, and the
database's driver fails on them."""


AwareMoment = Annotated[AwareDatetime, AfterValidator(_in_utc)]
"""A Moment that states its time zone."""
