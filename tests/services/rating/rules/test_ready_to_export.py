"""The warnings before an export, in words, and the companies for which a date or month would be refused."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from services.rating.rules.accounts import OpenMonths
from services.rating.rules.rate_tables import index_rate_table
from services.rating.rules.ready_to_export import PlannedExport, ReadyFacts, find_warnings, plan_export

LIMIT = Decimal("5000.00")
READY = ReadyFacts(
    *(1, "W1", 2, 7, "rollup", date(2026, 11, 30), "SAT", 1, "S1001", "S1001", "Harlan & Ruiz LLP", "CITATION", "RUSH"),
    *("BEXAR", date(2026, 11, 2), r"ALAMO\bill", datetime(2026, 11, 3, 12, tzinfo=UTC), 1),
    *(Decimal("90.00"), Decimal("0.00"), Decimal("40.50"), Decimal("90.00")),
    blockers=(),
    notices=(),
    negative="W8",
    zero="W9",
    rated_with=None,
    rates_digest=None,
)
PLANNED = PlannedExport(date(2026, 11, 20), {1: "month 2026-11 is closed in company 1"})


@pytest.mark.parametrize(
    ("change", "warnings"),
    [
        ({}, []),
        ({"notices": ["UNKNOWN_BILL_TO"]}, ["UNKNOWN_BILL_TO: no such customer in Accounts Receivable"]),
        (
            {"notices": ["BILL_TO_ON_HOLD", "CHANGED_AFTER_RATING"]},
            ["BILL_TO_ON_HOLD: customer on hold", "CHANGED_AFTER_RATING: changed after it was rated"],
        ),
        ({"notices": ["BILL_TO_INACTIVE"]}, ["BILL_TO_INACTIVE: customer inactive"]),
        ({"bill_to": "S1003"}, ["OVER_CREDIT_LIMIT: over credit limit of 5000.00"]),
        ({"bill_to": "S1003", "ar_company": 2}, []),
        ({"blockers": ["EXPORT_DATE_REFUSED"]}, ["EXPORT_DATE_REFUSED: month 2026-11 is closed in company 1"]),
        (
            {"blockers": ["NEGATIVE_TOTAL", "CYCLE_NOT_ENDED"]},
            ["NEGATIVE_TOTAL: its total is negative", "CYCLE_NOT_ENDED: the cycle of invoice 7 ends on 2026-11-30"],
        ),
        (
            {"blockers": ["ON_INVOICE_WITH_NEGATIVE", "ON_INVOICE_WITH_ZERO"]},
            [
                "ON_INVOICE_WITH_NEGATIVE: it is on invoice 7 together with order W8, whose total is negative",
                "ON_INVOICE_WITH_ZERO: it is on invoice 7 together with order W9, whose total is 0.00",
            ],
        ),
    ],
)
def test_an_order_has_warnings_before_its_export(change: dict[str, Any], warnings: list[str]) -> None:
    table = index_rate_table([], [], [])
    found = find_warnings(replace(READY, **change), PLANNED, {(1, "S1003"): LIMIT}, table)
    assert [str(one) for one in found] == warnings


def test_an_export_is_refused_for_the_companies_whose_month_is_not_open() -> None:
    months = {1: OpenMonths(1, "2026-11", 3), 2: OpenMonths(2, "2026-07", 3), 3: OpenMonths(3, "2026-10", 3), 4: None}
    planned = plan_export(date(2026, 11, 20), "2026-11", months)
    assert planned.refused == {
        1: "month 2026-11 is closed in company 1",
        2: "month 2026-11 is not open yet in company 2",
    }
    late = plan_export(date(2027, 1, 2), "2026-11", {3: months[3], 4: None})
    assert set(late.refused) == {3, 4}
    assert late.refused[4] == "the invoice date is more than a month after the end of month 2026-11"
