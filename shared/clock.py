"""Owns what time it is, so that rules never ask."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo


def now() -> datetime:
    """The present moment, UTC with zone."""
    return datetime.now(UTC)


def local_date(moment: datetime, time_zone: str) -> date:
    """The calendar date of `moment` at the company; invoices and months are dated so."""
    return moment.astimezone(ZoneInfo(time_zone)).date()


def month_of(day: date) -> str:
    """The month of a date as `YYYY-MM`."""
    return f"{day:%Y-%m}"
