"""The time: asked for here, so that rules never ask."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo


def now() -> datetime:
    """The current time in UTC, with its zone."""
    return datetime.now(UTC)


def local_date(moment: datetime, time_zone: str) -> date:
    """The calendar date of `moment` in the company's time zone; it dates invoices and months."""
    return moment.astimezone(ZoneInfo(time_zone)).date()


def month_of(day: date) -> str:
    """The month of a date as `YYYY-MM`."""
    return f"{day:%Y-%m}"
