"""What a credit takes back, and what it leaves of each work order."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.receivables.errors import NotFromRating, NothingToCredit, WorkOrderNotOnInvoice
from services.receivables.rules.credit_memos import (
    CreditRequest,
    Invoice,
    InvoiceLine,
    credited_orders,
    lines_to_credit,
    post_credit,
)
from services.receivables.rules.months import MonthRow, is_open, list_months, months_after

INVOICE = Invoice(
    *(5, 1, 1, "2026-11", 17, "100001", 11, "S1001", 1, "1200", "SAT", Decimal("285.00")),
    run_id=3,
    rating_invoice_id=40,
    rating_attempt=1,
)


def line(number: int, order: int, amount: str, remaining: str | None = None) -> InvoiceLine:
    left = Decimal(amount if remaining is None else remaining)
    return InvoiceLine(number, "Service", "4000", Decimal(1), Decimal(amount), left, False, order, f"W{order}", 1, 1)


LINES = [line(1, 7, "90.00"), line(2, 7, "195.00"), line(3, 8, "80.00")]
REQUEST = CreditRequest(None, "rerate", "wrong", "2026-11", date(2026, 11, 21), r"ALAMO\rita")


def test_without_a_choice_every_line_is_credited() -> None:
    assert lines_to_credit(INVOICE, LINES, None) == LINES


def test_only_the_lines_of_the_chosen_orders_are_credited() -> None:
    chosen = lines_to_credit(INVOICE, LINES, [8])
    assert [one.line for one in chosen] == [3]
    assert [(one.work_order_id, one.credited, one.remaining) for one in credited_orders(LINES, chosen)] == [
        (8, Decimal("80.00"), Decimal("0.00"))
    ]


def test_what_is_gone_already_is_not_credited_again() -> None:
    left = [line(1, 7, "90.00", "0.00"), line(2, 7, "195.00", "15.00")]
    chosen = lines_to_credit(INVOICE, left, None)
    assert [(one.line, one.remaining) for one in chosen] == [(2, Decimal("15.00"))]


@pytest.mark.parametrize(
    ("invoice", "lines", "chosen", "error"),
    [
        (INVOICE, [line(1, 7, "90.00", "0.00")], None, NothingToCredit),
        (INVOICE, LINES, [9], WorkOrderNotOnInvoice),
        (
            Invoice(*(5, 1, 1, "2026-11", 17, "1", 11, "S", 1, "1200", None, Decimal(1)), None, None, None),
            LINES,
            None,
            NotFromRating,
        ),
    ],
)
def test_a_credit_that_cannot_be_is_refused(invoice, lines, chosen, error) -> None:
    with pytest.raises(error):
        lines_to_credit(invoice, lines, chosen)


some_lines = st.lists(st.tuples(st.integers(1, 4), st.decimals("-50", "500", places=2)), min_size=1, max_size=8).map(
    lambda drawn: [line(index, order, str(amount)) for index, (order, amount) in enumerate(drawn, start=1)]
)


@given(some_lines, st.none() | st.sets(st.integers(1, 4), min_size=1))
def test_a_credit_is_the_exact_mirror_of_what_was_left(lines, chosen) -> None:
    try:
        credited = lines_to_credit(INVOICE, lines, None if chosen is None else sorted(chosen))
    except (NothingToCredit, WorkOrderNotOnInvoice):
        return
    posting = post_credit(INVOICE, credited, REQUEST, 77)
    left = {one.line: one.remaining for one in lines}
    for memo_line in posting.lines:
        left[memo_line.applies_to_line] += memo_line.amount
    assert all(left[one.line] == 0 for one in credited)
    assert sum(row.debit for row in posting.distributions) == sum(row.credit for row in posting.distributions)
    orders = credited_orders(lines, credited)
    assert sum(one.credited for one in orders) == -posting.transactions[0].total
    assert sum(one.credited + one.remaining for one in orders) == sum(
        one.remaining for one in lines if one.work_order_id in {order.work_order_id for order in orders}
    )


@pytest.mark.parametrize(
    ("month", "is_it"),
    [("2026-09", False), ("2026-10", True), ("2026-12", True), ("2027-01", False), ("2025-12", False)],
)
def test_months_are_open_after_the_last_closed_one_and_within_the_limit(month: str, is_it: bool) -> None:
    assert is_open(month, "2026-09", 3) == is_it


@given(st.integers(1990, 2100), st.integers(1, 12), st.integers(0, 60))
def test_months_follow_one_another_over_the_year(year: int, number: int, ahead: int) -> None:
    month = f"{year}-{number:02d}"
    stepped = month
    for _ in range(ahead):
        stepped = months_after(stepped, 1)
    assert stepped == months_after(month, ahead)
    assert "01" <= stepped[-2:] <= "12"


def test_months_list_the_open_ones_and_the_closed_ones_in_use() -> None:
    rows = list_months([(1, "2026-10", 2)], [MonthRow(1, "2026-09", False, 4), MonthRow(1, "2026-11", False, 2)])
    assert [(row.month, row.open, row.transactions) for row in rows] == [
        ("2026-09", False, 4),
        ("2026-11", True, 2),
        ("2026-12", True, 0),
    ]
