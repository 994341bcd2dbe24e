"""When orders are due that are entered without a day."""

from datetime import date

import pytest

from services.rating.records.work_orders import EnteredOrder
from services.rating.rules.due_days import DueDays, day_due, with_due_days

THURSDAY, FRIDAY, SATURDAY, MONDAY, TUESDAY = (date(2026, 11, day) for day in (5, 6, 7, 9, 10))
DAYS = DueDays({"RUSH": 1, "SAME_DAY": 0}, {"CITATION": 2})


@pytest.mark.parametrize(
    ("ordered_on", "days", "due"),
    [
        (THURSDAY, 0, THURSDAY),
        (THURSDAY, 1, FRIDAY),
        (THURSDAY, 2, MONDAY),
        (FRIDAY, 1, MONDAY),
        (SATURDAY, 0, SATURDAY),
        (SATURDAY, 2, TUESDAY),
        (MONDAY, 10, date(2026, 11, 23)),
    ],
)
def test_days_are_counted_from_monday_to_friday(ordered_on: date, days: int, due: date) -> None:
    assert day_due(ordered_on, days) == due


def entry(**given: object) -> EnteredOrder:
    facts = {
        "number": "W1",
        "branch": "SAT",
        "customer": "S1",
        "priority": "STANDARD",
        "job_type": "CITATION",
        "service_on": "2026-11-05",
        "ordered_on": "2026-11-05",
        **given,
    }
    return EnteredOrder.model_validate(facts)


@pytest.mark.parametrize(
    ("given", "due"),
    [
        ({}, MONDAY),
        ({"priority": "RUSH"}, FRIDAY),
        ({"priority": "SAME_DAY"}, THURSDAY),
        ({"job_type": "COURT"}, None),
        ({"ordered_on": None}, None),
        ({"due_on": "2026-11-30"}, date(2026, 11, 30)),
    ],
)
def test_the_priority_counts_before_the_job_type_and_what_was_entered_before_both(
    given: dict[str, object], due: date | None
) -> None:
    assert with_due_days([entry(**given)], DAYS)[0].due_on == due
