"""Calendar dates, and moments that exist in UTC: others are refused where they are entered."""

import re
from datetime import UTC, date, datetime
from typing import Annotated
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, AwareDatetime, BeforeValidator, StringConstraints, WithJsonSchema

FIRST, LAST = date(1990, 1, 1), date(2100, 12, 31)
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def _written_as_date(value: object) -> object:
    # Pydantic would read a number, or text that looks like one, as seconds since 1970.
    if isinstance(value, str) and _DATE.fullmatch(value.strip()):
        return value.strip()
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    raise ValueError("must be a date, like 2026-11-02")


def _in_range(day: date) -> date:
    if not FIRST <= day <= LAST:
        raise ValueError(f"must be between {FIRST} and {LAST}")
    return day


CalendarDate = Annotated[
    date,
    BeforeValidator(_written_as_date),
    AfterValidator(_in_range),
    WithJsonSchema({"type": "string", "format": "date", "formatMinimum": str(FIRST), "formatMaximum": str(LAST)}),
]
"""A date that people enter, in any body, filter or file: text like `2026-11-02`, never a number, from 1990 to 2100.

The limits leave room for the cycles and due dates that are counted from it.
"""


def _written_as_moment(value: object) -> object:
    if isinstance(value, datetime) or (isinstance(value, str) and _DATE.match(value.strip())):
        return value
    raise ValueError("must be a date and time, like 2026-11-02T08:30:00Z")


def _in_utc(moment: datetime) -> datetime:
    try:
        moment.astimezone(UTC)
    except OverflowError:
        raise ValueError("must be a moment in the years 1 to 9999 in UTC") from None
    return moment


Moment = Annotated[datetime, BeforeValidator(_written_as_moment), AfterValidator(_in_utc)]
"""A point in time from a caller, as text and never as a number. The first and last hours of the calendar do not exist in
every time zone, and the database's driver fails on them."""


def _known_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ValueError, OSError, ZoneInfoNotFoundError):
        raise ValueError("must be a time zone, like America/Chicago") from None
    return name


TimeZoneText = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=60), AfterValidator(_known_zone)
]
"""The IANA name of a time zone, like `America/Chicago`."""


AwareMoment = Annotated[AwareDatetime, BeforeValidator(_written_as_moment), AfterValidator(_in_utc)]
"""A Moment that states its time zone."""
