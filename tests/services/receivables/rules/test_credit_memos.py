"""What a credit takes from an invoice, and what it leaves of each work order."""

from collections import defaultdict
from contextlib import nullcontext
from dataclasses import replace
from datetime import date
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.receivables.errors import (
    DispositionMissing,
    DispositionUnneeded,
    LineNotOnInvoice,
    MoreThanLeft,
    NotFromRating,
    NothingToCredit,
    WorkOrderNotOnInvoice,
)
from services.receivables.rules.credit_memos import (
    CreditDraft,
    CreditDraftLine,
    CreditedLine,
    CreditedOrder,
    Invoice,
    InvoiceLine,
    credited_orders,
    date_warnings,
    lines_to_credit,
    post_credit,
    require_disposition,
)
from services.receivables.rules.months import MonthRow, is_far_from, is_open, list_months, months_after
from services.receivables.rules.tax import tax_on
from shared.contracts.invoice_credited import Disposition
from shared.errors import DomainError
from shared.values.money import round_cents

INVOICE = Invoice(
    *(5, 1, "2026-11", 17, "100001", 11, "S1001", 1, "1200", "SAT", date(2026, 11, 20), Decimal("285.00")),
    run_id=3,
    run_uuid=None,
    rating_invoice_id=40,
    rating_attempt=1,
)
NOT_FROM_RATING = replace(INVOICE, rating_invoice_id=None)


def line(number: int, order: int, amount: str, remaining: str | None = None, tax: str = "0.00") -> InvoiceLine:
    """A line of `amount`. What is left of it is `remaining`, which includes `tax`."""
    left = Decimal(amount if remaining is None else remaining)
    return InvoiceLine(
        line=number,
        description="Service",
        gl_account="4000",
        unit_rate=Decimal(1),
        amount=Decimal(amount),
        remaining=left,
        remaining_tax=Decimal(tax),
        uncredited=left - Decimal(tax),
        taxable=bool(Decimal(tax)),
        tax_code="TX" if Decimal(tax) else None,
        tax_account="2200" if Decimal(tax) else None,
        work_order_id=order,
        work_order_number=f"W{order}",
        work_order_version=1,
        work_order_attempt=1,
    )


LINES = [line(1, 7, "90.00"), line(2, 7, "195.00"), line(3, 8, "80.00")]
WHOLE = CreditDraft(None, None, "rerate", "wrong", "2026-11", date(2026, 11, 21), r"ALAMO\rita")


def of_orders(*chosen: int) -> CreditDraft:
    return replace(WHOLE, work_order_ids=chosen)


def of_lines(*chosen: tuple[int, str | None]) -> CreditDraft:
    lines = [CreditDraftLine(number, None if amount is None else Decimal(amount)) for number, amount in chosen]
    return replace(WHOLE, lines=lines)


def credit(lines: list[InvoiceLine], request: CreditDraft, invoice: Invoice = INVOICE) -> list[CreditedLine]:
    """What the credit takes of an invoice with nothing but these lines."""
    return lines_to_credit(invoice, lines, request, sum((one.remaining for one in lines), Decimal(0)))


def taken(lines: list[InvoiceLine], request: CreditDraft) -> list[tuple[int, str, str]]:
    """Line, amount and tax that the credit takes."""
    return [(one.line.line, str(one.amount), str(one.tax)) for one in credit(lines, request)]


def left(lines: list[InvoiceLine], request: CreditDraft) -> list[tuple[int, str, str]]:
    """Work order, credited amount and remaining amount, net."""
    orders = credited_orders(lines, credit(lines, request))
    return [(one.work_order_id, str(one.credited), str(one.remaining)) for one in orders]


def test_without_a_choice_every_line_is_credited() -> None:
    assert taken(LINES, WHOLE) == [(1, "90.00", "0.00"), (2, "195.00", "0.00"), (3, "80.00", "0.00")]
    assert left(LINES, WHOLE) == [(7, "285.00", "0.00"), (8, "80.00", "0.00")]


def test_only_the_lines_of_the_chosen_orders_are_credited() -> None:
    assert taken(LINES, of_orders(8)) == [(3, "80.00", "0.00")]
    assert left(LINES, of_orders(8)) == [(8, "80.00", "0.00")]


def test_what_a_line_below_zero_gives_back_is_typed_positive_and_an_invoice_takes_what_is_open() -> None:
    """An invoice of 60.00 and −45.00 takes 15.00, or all of both lines."""
    both = [line(1, 7, "60.00"), line(2, 8, "-45.00")]
    assert taken(both, of_lines((1, "15.00"))) == [(1, "15.00", "0.00")]
    assert taken(both, of_lines((1, "40.00"), (2, "25.00"))) == [(1, "40.00", "0.00"), (2, "-25.00", "0.00")]
    assert taken(both, WHOLE) == [(1, "60.00", "0.00"), (2, "-45.00", "0.00")]


def test_chosen_lines_are_credited_in_whole_or_in_part() -> None:
    request = of_lines((2, "110.00"), (1, None))
    assert taken(LINES, request) == [(2, "110.00", "0.00"), (1, "90.00", "0.00")]
    assert left(LINES, request) == [(7, "200.00", "85.00")]


def test_what_was_credited_before_is_not_credited_again() -> None:
    assert taken([line(1, 7, "90.00", "0.00"), line(2, 7, "195.00", "15.00")], WHOLE) == [(2, "15.00", "0.00")]


def test_a_partial_credit_takes_its_share_of_the_tax_and_the_last_one_the_rest() -> None:
    """The last 0.50 of 105.00 with tax 5.00 has a tax of 0.02."""
    assert taken([line(1, 7, "105.00", tax="5.00")], of_lines((1, "104.50"))) == [(1, "104.50", "4.98")]
    assert taken([line(1, 7, "105.00", "0.50", tax="0.02")], WHOLE) == [(1, "0.50", "0.02")]


def test_a_write_off_leaves_less_to_credit_but_not_less_billed() -> None:
    written_off = replace(line(1, 7, "100.00", "60.00"), uncredited=Decimal("100.00"))
    assert left([written_off], WHOLE) == [(7, "60.00", "40.00")]


@pytest.mark.parametrize(
    ("invoice", "lines", "request_", "error"),
    [
        (INVOICE, [line(1, 7, "90.00", "0.00")], WHOLE, NothingToCredit),
        (INVOICE, LINES, of_lines((1, "0.00")), NothingToCredit),
        (INVOICE, LINES, of_orders(9), WorkOrderNotOnInvoice),
        (INVOICE, LINES, of_lines((9, None)), LineNotOnInvoice),
        (INVOICE, LINES, of_lines((1, "90.01")), MoreThanLeft),
        (INVOICE, LINES, of_lines((1, "-0.01")), MoreThanLeft),
        (INVOICE, [line(1, 7, "-5.00")], of_lines((1, "-5.00")), MoreThanLeft),
        (INVOICE, [line(1, 7, "-5.00")], of_lines((1, "5.01")), MoreThanLeft),
        (INVOICE, [line(1, 7, "60.00"), line(2, 8, "-45.00")], of_lines((1, "15.01")), MoreThanLeft),
        (INVOICE, [line(1, 7, "60.00"), line(2, 8, "-45.00")], of_orders(7), MoreThanLeft),
        (NOT_FROM_RATING, LINES, WHOLE, NotFromRating),
    ],
)
def test_an_impossible_credit_is_refused(
    invoice: Invoice, lines: list[InvoiceLine], request_: CreditDraft, error: type[DomainError]
) -> None:
    with pytest.raises(error):
        credit(lines, request_, invoice)


def test_the_refusal_names_the_lines_at_fault() -> None:
    with pytest.raises(MoreThanLeft) as refused:
        credit(LINES, of_lines((2, "1.00"), (1, "100.00")))
    assert [(one.pointer, one.detail) for one in refused.value.faults] == [
        ("/lines/1/amount", "must be between 0.00 and 90.00, which is left of line 1")
    ]


@pytest.mark.parametrize(
    ("remaining", "disposition", "error"),
    [
        (["85.00"], None, None),
        (["0.00"], "rerate", None),
        (["0.00"], "close", None),
        (["85.00", "0.00"], "rerate", None),
        (["0.00"], None, DispositionMissing),
        (["85.00", "0.00"], None, DispositionMissing),
        (["85.00"], "rerate", DispositionUnneeded),
        (["85.00", "-1.00"], "close", DispositionUnneeded),
    ],
)
def test_a_disposition_is_needed_exactly_when_an_order_comes_to_zero(
    remaining: list[str], disposition: Disposition | None, error: type[DomainError] | None
) -> None:
    orders = [
        CreditedOrder(number, f"W{number}", 1, 1, Decimal(1), Decimal(one))
        for number, one in enumerate(remaining, start=1)
    ]
    with nullcontext() if error is None else pytest.raises(error):
        require_disposition(orders, disposition)


some_lines = st.lists(st.tuples(st.integers(1, 4), st.decimals("-50", "500", places=2)), min_size=1, max_size=8).map(
    lambda drawn: [line(index, order, str(amount)) for index, (order, amount) in enumerate(drawn, start=1)]
)


@given(some_lines, st.none() | st.sets(st.integers(1, 4), min_size=1))
def test_a_full_credit_reverses_exactly_what_was_left(lines: list[InvoiceLine], chosen: set[int] | None) -> None:
    request = replace(WHOLE, work_order_ids=None if chosen is None else sorted(chosen))
    try:
        credited = credit(lines, request)
    except (NothingToCredit, WorkOrderNotOnInvoice):
        return
    except MoreThanLeft:
        # The chosen orders come to more than the whole invoice, which has lines below zero.
        of_chosen = (one.remaining for one in lines if one.work_order_id in (chosen or set()))
        assert sum(of_chosen, Decimal(0)) > max(sum((one.remaining for one in lines), Decimal(0)), Decimal(0))
        return
    posting = post_credit(INVOICE, credited, request, 77)
    remaining = {one.line: one.remaining for one in lines}
    for memo_line in posting.lines:
        assert memo_line.applies_to_line is not None
        remaining[memo_line.applies_to_line] += memo_line.amount
    assert all(remaining[one.line.line] == 0 for one in credited)
    assert sum(row.debit for row in posting.distributions) == sum(row.credit for row in posting.distributions)
    orders = credited_orders(lines, credited)
    assert sum(one.credited for one in orders) == -posting.transactions[0].net
    assert sum(one.credited + one.remaining for one in orders) == sum(
        one.uncredited for one in lines if one.work_order_id in {order.work_order_id for order in orders}
    )


@given(
    st.decimals("-9999.99", "9999.99", places=2),
    st.decimals("0", "100", places=5),
    st.lists(st.decimals("0", "1", places=3), max_size=12),
)
def test_partial_credits_of_any_size_bring_amount_tax_and_accounts_to_zero(
    net: Decimal, rate: Decimal, shares: list[Decimal]
) -> None:
    beside = abs(net) * 3
    tax = tax_on(net, rate)
    current = line(1, 7, str(net + tax), tax=str(tax))
    balances: defaultdict[str, Decimal] = defaultdict(Decimal)
    taxes = [tax]
    for part in [*(round_cents((net + tax) * share) for share in shares), None]:
        amount = None if part is None else abs(min(part, current.remaining, key=abs))
        request = replace(WHOLE, lines=[CreditDraftLine(1, amount)])
        try:
            credited = lines_to_credit(INVOICE, [current], request, current.remaining + beside)
        except NothingToCredit:
            continue
        posting = post_credit(INVOICE, credited, request, 77)
        for row in posting.distributions:
            balances[row.account] += row.debit - row.credit
        current = replace(
            current,
            remaining=current.remaining - credited[0].amount,
            remaining_tax=current.remaining_tax - credited[0].tax,
            uncredited=current.uncredited - credited[0].net,
        )
        taxes.append(current.remaining_tax)
        assert sum(row.debit for row in posting.distributions) == sum(row.credit for row in posting.distributions)
    assert [current.remaining, current.remaining_tax, current.uncredited] == [Decimal(0)] * 3
    assert [balances["1200"], balances["4000"], balances["2200"]] == [-net - tax, net, tax]
    assert [abs(later) <= abs(earlier) for earlier, later in pairwise(taxes)] == [True] * (len(taxes) - 1)


@pytest.mark.parametrize(
    ("month", "expected"),
    [("2026-09", False), ("2026-10", True), ("2026-12", True), ("2027-01", False), ("2025-12", False)],
)
def test_months_are_open_after_the_last_closed_one_and_within_the_limit(month: str, expected: bool) -> None:
    assert is_open(month, "2026-09", 3) == expected


@given(st.integers(1990, 2100), st.integers(1, 12), st.integers(0, 60))
def test_months_continue_into_the_next_year(year: int, number: int, ahead: int) -> None:
    month = f"{year}-{number:02d}"
    stepped = month
    for _ in range(ahead):
        stepped = months_after(stepped, 1)
    assert stepped == months_after(month, ahead)
    assert "01" <= stepped[-2:] <= "12"


def test_the_list_of_months_has_the_open_ones_and_the_closed_ones_with_transactions() -> None:
    rows = list_months([(1, "2026-10", 2)], [MonthRow(1, "2026-09", False, 4), MonthRow(1, "2026-11", False, 2)])
    assert [(row.month, row.open, row.transactions) for row in rows] == [
        ("2026-09", False, 4),
        ("2026-11", True, 2),
        ("2026-12", True, 0),
    ]


@pytest.mark.parametrize(
    ("day", "far"),
    [("2025-09-30", True), ("2025-10-01", False), ("2026-11-15", False), ("2027-12-31", False), ("2028-01-01", True)],
)
def test_a_date_more_than_thirteen_months_from_a_month_is_far_from_it(day: str, far: bool) -> None:
    assert is_far_from(date.fromisoformat(day), "2026-11") is far


@pytest.mark.parametrize(
    ("day", "rules"),
    [("2026-11-20", []), ("2026-11-19", ["DATED_BEFORE_INVOICE"]), ("2028-01-01", ["DATE_FAR_FROM_MONTH"])],
)
def test_the_date_of_a_credit_that_looks_wrong_warns(day: str, rules: list[str]) -> None:
    draft = CreditDraft(None, None, None, "slip", "2026-11", date.fromisoformat(day), "rita")
    assert [one.rule for one in date_warnings(INVOICE, "credit_date", draft.credit_date, draft.month)] == rules
