"""Owns the day on which an order is due, if people enter none."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TypeVar

from services.rating.records.work_orders import OrderEntry

OrderT = TypeVar("OrderT", bound=OrderEntry)
_WEEKDAYS = 5
_DAY = timedelta(days=1)


@dataclass(frozen=True)
class DueDays:
    """In how many days orders are due, by priority and by job type; codes that say nothing are missing."""

    of_priority: Mapping[str, int]
    of_job_type: Mapping[str, int]


def day_due(ordered_on: date, days: int) -> date:
    """The day that is so many days from Monday to Friday later. Holidays count like other days.

    Example: two days after a Thursday are the next Monday. With 0 days it is the same day, even on a weekend.
    """
    due = ordered_on
    while days > 0:
        due += _DAY
        days -= due.weekday() < _WEEKDAYS
    return due


def with_due_days(entries: Sequence[OrderT], due_days: DueDays) -> list[OrderT]:
    """The orders, those without a day by which they are due with one if their priority or job type says how long it takes.

    An order of which no one knows when it was ordered keeps none.
    """

    def completed(entry: OrderT) -> OrderT:
        days = due_days.of_priority.get(entry.priority, due_days.of_job_type.get(entry.job_type))
        if entry.due_on is not None or entry.ordered_on is None or days is None:
            return entry
        return entry.model_copy(update={"due_on": day_due(entry.ordered_on, days)})

    return [completed(entry) for entry in entries]
