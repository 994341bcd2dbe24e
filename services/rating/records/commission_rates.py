"""Owns servers' commission rates."""

from shared.values.columns import Code, Rate, Record
from shared.values.dates import CalendarDate


class CommissionRateEntry(Record):
    """A server's own percentage and the dates between which it is in force, both included. Only one at a time."""

    server: Code
    percent: Rate
    """`10` is 10 %."""
    effective_from: CalendarDate
    effective_to: CalendarDate | None = None


class CommissionRate(CommissionRateEntry):
    """A server's percentage as it is stored."""

    id: int
