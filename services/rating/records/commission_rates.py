"""Owns servers' commission rates."""

from datetime import date

from shared.values.columns import Code, Rate, Record


class CommissionRateEntry(Record):
    """A server's own percentage, in force on both days and between them; one at a time."""

    server: Code
    percent: Rate
    """`10` is 10 %."""
    effective_from: date
    effective_to: date | None = None


class CommissionRate(CommissionRateEntry):
    """A percentage as it is kept."""

    id: int
