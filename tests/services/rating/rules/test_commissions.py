"""Commissions: earned by lines, reversed by credits, adjusted by hand, and selected for payment."""

from datetime import date
from decimal import Decimal
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.rating.errors import CommissionPeriodClosed, CommissionTakenBack, NothingToAdjust
from services.rating.records.charges import ServerShare
from services.rating.records.commission_rates import CommissionRate, CommissionRateEntry
from services.rating.records.commission_terms import CommissionMethod, CommissionTerms
from services.rating.rules.charges import split
from services.rating.rules.commission_payments import Owed, choose
from services.rating.rules.commission_rates import find_faults_in_rate, find_overlapping_rates
from services.rating.rules.commission_terms import find_faults_in_terms
from services.rating.rules.commissions import (
    Balance,
    Credit,
    LineTerms,
    RatePeriod,
    ServerTerms,
    adjust,
    earn,
    keep_adjusted,
    reverse,
)
from shared.errors import DomainError

DAY = date(2026, 11, 2)
SERVERS = {
    "ANA": ServerTerms(
        True,
        (RatePeriod(Decimal(40), date(2026, 1, 1), date(2026, 6, 30)), RatePeriod(Decimal(45), date(2026, 7, 1), None)),
    ),
    "TOM": ServerTerms(True, (RatePeriod(Decimal("33.3"), date(2026, 1, 1), None),)),
    "JOE": ServerTerms(False, (RatePeriod(Decimal(50), date(2026, 1, 1), None),)),
    "NEW": ServerTerms(True),
}


def terms(amount: str, method: CommissionMethod, figure: str, *servers: tuple[str, str]) -> LineTerms:
    shares = tuple(ServerShare(server, Decimal(share)) for server, share in servers)
    return LineTerms(1, "Service of process", Decimal(amount), method, Decimal(figure), shares)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        # A flat amount for any amount of the line; the last share gets the remaining cents.
        (terms("90", "flat", "35", ("ANA", "1")), ["35.00"]),
        (terms("90", "flat", "20", ("ANA", "1"), ("TOM", "1"), ("NEW", "1")), ["6.67", "6.67", "6.66"]),
        (terms("90", "flat", "10", ("ANA", "1"), ("TOM", "1"), ("NEW", "1")), ["3.33", "3.33", "3.34"]),
        # A percentage of the line, rounded half up once, then split.
        (terms("100.05", "percent", "10", ("ANA", "1")), ["10.01"]),
        (terms("100.05", "percent", "10", ("ANA", "1"), ("TOM", "1")), ["5.01", "5.00"]),
        (terms("195.00", "percent", "12.5", ("ANA", "60"), ("TOM", "40")), ["14.63", "9.75"]),
        (terms("0.10", "percent", "20", ("ANA", "1"), ("TOM", "1"), ("JOE", "1"), ("NEW", "1")), ["0.01", "0.01", "0.00", "0.00"]),
        # Each server's own percentage of their part of the line; the figure of the line is not used.
        (terms("90.00", "server", "99", ("ANA", "1")), ["40.50"]),
        (terms("90.00", "server", "0", ("ANA", "2"), ("TOM", "1")), ["27.00", "9.99"]),
        # A server who receives no commission, or has no rate on that day, earns nothing.
        (terms("90.00", "server", "0", ("ANA", "1"), ("JOE", "1"), ("NEW", "1")), ["13.50", "0.00", "0.00"]),
        # Whether a server receives commission matters only for that method.
        (terms("90.00", "percent", "10", ("JOE", "1")), ["9.00"]),
        # A deduction also deducts its commission.
        (terms("-5.00", "percent", "10", ("ANA", "1"), ("TOM", "1")), ["-0.25", "-0.25"]),
        (terms("90.00", "percent", "10"), []),
    ],
)  # fmt: skip
def test_a_line_earns_each_server_the_right_amount(line: LineTerms, expected: list[str]) -> None:
    assert [str(part.amount) for part in earn(line, DAY, SERVERS)] == expected


@pytest.mark.parametrize(
    ("day", "amount"),
    [("2025-12-31", "0.00"), ("2026-01-01", "36.00"), ("2026-06-30", "36.00"), ("2026-07-01", "40.50")],
)
def test_a_server_earns_the_percentage_in_force_on_the_day_of_service(day: str, amount: str) -> None:
    (earned,) = earn(terms("90.00", "server", "0", ("ANA", "1")), date.fromisoformat(day), SERVERS)
    assert str(earned.amount) == amount


def test_every_commission_is_explained() -> None:
    line = terms("90.00", "server", "0", ("ANA", "1"), ("JOE", "1"), ("NEW", "1"))
    assert [part.words for part in earn(line, DAY, SERVERS)] == [
        "ANA's own 45 % of 30.00",
        "JOE does not receive commission",
        "NEW has no commission rate on 2026-11-02",
    ]
    (half, _) = earn(terms("80.00", "percent", "12.5", ("ANA", "1"), ("TOM", "3")), DAY, SERVERS)
    assert half.words == "12.5 % of 80.00, share 1 of 4"


AMOUNTS = st.decimals(Decimal("-99999.99"), Decimal("99999.99"), places=2)
SHARES = st.lists(st.decimals(Decimal("0.001"), Decimal(100), places=3), min_size=1, max_size=6)


@given(AMOUNTS, SHARES)
def test_splits_add_up_and_no_part_has_the_opposite_sign(amount: Decimal, shares: list[Decimal]) -> None:
    parts = split(amount, shares)
    assert sum(parts) == amount
    assert all(part * amount >= 0 and part == round(part, 2) for part in parts)


@given(AMOUNTS, st.sampled_from(["flat", "percent"]), st.decimals(0, 100, places=2), SHARES)
def test_the_servers_together_earn_what_the_line_earns(
    amount: Decimal, method: CommissionMethod, figure: Decimal, shares: list[Decimal]
) -> None:
    names = [f"S{number}" for number in range(len(shares))]
    servers = dict.fromkeys(names, ServerTerms(True))
    alone = earn(terms(str(amount), method, str(figure), ("S0", "1")), DAY, servers)
    together = earn(
        terms(
            str(amount), method, str(figure), *((name, str(share)) for name, share in zip(names, shares, strict=True))
        ),
        DAY,
        servers,
    )
    assert sum(part.amount for part in together) == alone[0].amount
    assert sum(part.base for part in together) == amount


def balance(earned: str, left: str | None = None, *, total: str = "90.00") -> Balance:
    return Balance(1, 7, 1, Decimal(total), Decimal(earned), Decimal(left if left is not None else earned))


def credit(credited: str, remaining: str, *, version: int = 1) -> Credit:
    return Credit(7, version, Decimal(credited), Decimal(remaining))


@pytest.mark.parametrize(
    ("commission", "given_credit", "taken"),
    [
        (balance("10.00"), credit("90.00", "0.00"), "-10.00"),
        (balance("10.00"), credit("30.00", "60.00"), "-3.33"),
        (balance("10.00", "6.67"), credit("30.00", "30.00"), "-3.33"),
        # The last credit reverses the rest.
        (balance("10.00", "3.34"), credit("30.00", "0.00"), "-3.34"),
        # Another version of the order does not count, and no more is reversed than is left.
        (balance("10.00"), credit("90.00", "0.00", version=2), None),
        (balance("10.00", "0.00"), credit("30.00", "60.00"), None),
        (balance("10.00", "1.00"), credit("30.00", "60.00"), "-1.00"),
        # The commission of a deduction is reversed upwards.
        (balance("-0.50"), credit("45.00", "45.00"), "0.25"),
        (balance("0.00"), credit("90.00", "0.00"), None),
        # A rating with a total of 0.00 has no proportions.
        (balance("2.00", total="0.00"), credit("0.00", "0.00"), "-2.00"),
    ],
)  # fmt: skip
def test_a_credit_reverses_commissions_in_proportion(
    commission: Balance, given_credit: Credit, taken: str | None
) -> None:
    corrections = reverse([commission], [given_credit])
    assert [str(correction.amount) for correction in corrections] == ([] if taken is None else [taken])


@given(AMOUNTS, st.lists(st.decimals(Decimal("0.01"), 5000, places=2), min_size=1, max_size=6), st.randoms())
def test_credits_of_everything_leave_nothing_in_any_order(
    earned: Decimal, parts: list[Decimal], random: Random
) -> None:
    total = sum(parts, Decimal(0))
    memos, remaining = [], total
    for part in parts:
        remaining -= part
        memos.append(Credit(7, 1, part, remaining))
    random.shuffle(memos)
    left = earned
    for memo in memos:
        for correction in reverse([Balance(1, 7, 1, total, earned, left)], [memo]):
            left += correction.amount
        assert left * earned >= 0
        assert abs(left) <= abs(earned)
    assert str(left) in {"0.00", "-0.00"}


def test_an_adjustment_books_the_difference() -> None:
    assert adjust(balance("10.00", "6.67"), Decimal("8.00"), period_closed=False).amount == Decimal("1.33")


@pytest.mark.parametrize(
    ("commission", "amount", "closed", "refusal"),
    [
        (balance("10.00"), "12.00", True, CommissionPeriodClosed),
        (balance("10.00"), "10.00", False, NothingToAdjust),
        (balance("10.00", "0.00"), "5.00", False, CommissionTakenBack),
        (None, "5.00", False, CommissionTakenBack),
    ],
)
def test_some_commissions_cannot_be_adjusted(
    commission: Balance | None, amount: str, closed: bool, refusal: type[DomainError]
) -> None:
    with pytest.raises(refusal):
        adjust(commission, Decimal(amount), period_closed=closed)


def test_a_commission_of_zero_can_be_adjusted() -> None:
    assert adjust(balance("0.00"), Decimal("5.00"), period_closed=False).amount == Decimal("5.00")


def adjusted(commission: int, server: str, item: str, figured: str, earned: str) -> Balance:
    return Balance(commission, 7, 1, Decimal(90), Decimal(earned), Decimal(earned), Decimal(figured), server, item)


@pytest.mark.parametrize(
    ("before", "after", "kept"),
    [
        # Without an adjustment there is nothing to carry over.
        ([adjusted(1, "ANA", "Service", "20", "20")], [adjusted(5, "ANA", "Service", "30", "30")], []),
        ([adjusted(1, "ANA", "Service", "20", "25")], [adjusted(5, "ANA", "Service", "30", "30")], [(5, "-5")]),
        ([adjusted(1, "ANA", "Service", "20", "25")], [adjusted(5, "ANA", "Service", "25", "25")], []),
        ([adjusted(1, "ANA", "Service", "20", "25")], [adjusted(5, "TOM", "Service", "30", "30")], []),
        ([adjusted(1, "ANA", "Service", "20", "25")], [adjusted(5, "ANA", "Mileage", "30", "30")], []),
        # Two lines with one item are matched in sequence.
        (
            [adjusted(1, "ANA", "Service", "20", "20"), adjusted(2, "ANA", "Service", "8", "9")],
            [adjusted(5, "ANA", "Service", "20", "20"), adjusted(6, "ANA", "Service", "8", "8")],
            [(6, "1")],
        ),
        ([], [adjusted(5, "ANA", "Service", "30", "30")], []),
    ],
)
def test_an_adjusted_amount_stays_when_the_order_is_rated_again(
    before: list[Balance], after: list[Balance], kept: list[tuple[int, str]]
) -> None:
    corrections = keep_adjusted(before, after)
    assert [(correction.corrects, correction.amount) for correction in corrections] == [
        (number, Decimal(amount)) for number, amount in kept
    ]


def owed(*amounts: tuple[str, str]) -> list[Owed]:
    return [Owed(number, server, Decimal(amount)) for number, (server, amount) in enumerate(amounts, start=1)]


def test_a_server_with_a_negative_balance_is_not_paid() -> None:
    bookings = owed(("ANA", "40.00"), ("ANA", "-50.00"), ("TOM", "7.00"), ("TOM", "-7.00"), ("NEW", "1.00"))
    choice = choose(bookings)
    assert (choice.ids, choice.servers, choice.total) == ((3, 4, 5), 2, Decimal("1.00"))
    later = choose([*bookings[:2], Owed(6, "ANA", Decimal("25.00"))])
    assert (later.ids, later.total) == ((1, 2, 6), Decimal("15.00"))
    assert choose([]).ids == ()


@given(st.lists(st.tuples(st.sampled_from(["ANA", "TOM", "NEW"]), AMOUNTS.map(str)), max_size=12))
def test_a_payment_includes_all_commissions_of_a_server_or_none(amounts: list[tuple[str, str]]) -> None:
    bookings = owed(*amounts)
    choice = choose(bookings)
    for server in {booking.server for booking in bookings}:
        own = [booking for booking in bookings if booking.server == server]
        assert {booking.id in choice.ids for booking in own} == {sum(booking.amount for booking in own) >= 0}
    assert choice.total == sum(booking.amount for booking in bookings if booking.id in choice.ids) >= 0


@pytest.mark.parametrize(
    ("method", "rate", "fields"),
    [
        (None, None, []),
        (None, "1", ["commission_method"]),
        ("flat", None, ["commission_rate"]),
        ("flat", "250", []),
        ("flat", "0", []),
        ("flat", "-0.01", ["commission_rate"]),
        ("percent", "100", []),
        ("percent", "100.1", ["commission_rate"]),
        ("percent", "-1", ["commission_rate"]),
        ("server", None, []),
        ("server", "12", []),
    ],
)
def test_commission_terms_are_checked_by_method(
    method: CommissionMethod | None, rate: str | None, fields: list[str]
) -> None:
    terms = CommissionTerms.model_validate({"commission_method": method, "commission_rate": rate})
    assert [field for field, _ in find_faults_in_terms(terms)] == fields


def test_missing_commission_terms_are_asked_for_by_what_they_are() -> None:
    for method, wanted in (("flat", "an amount"), ("percent", "a percentage")):
        ((_, words),) = find_faults_in_terms(CommissionTerms.model_validate({"commission_method": method}))
        assert words == f"a {method} commission needs {wanted}"


def rate_entry(begin: str, end: str | None = None, *, percent: str = "40", server: str = "ANA") -> CommissionRateEntry:
    return CommissionRateEntry.model_validate(
        {"server": server, "percent": percent, "effective_from": begin, "effective_to": end}
    )


@pytest.mark.parametrize(
    ("entry", "field"),
    [
        (rate_entry("2026-01-01", percent="100.01"), "percent"),
        (rate_entry("2026-01-01", percent="-0.01"), "percent"),
        (rate_entry("2026-01-02", "2026-01-01"), "effective_to"),
    ],
)
def test_an_invalid_percentage_names_its_field(entry: CommissionRateEntry, field: str) -> None:
    assert [name for name, _ in find_faults_in_rate(entry)] == [field]


@pytest.mark.parametrize("percent", ["0", "0.5", "100"])
def test_percentages_from_nothing_to_everything_are_valid_even_for_one_day(percent: str) -> None:
    assert find_faults_in_rate(rate_entry("2026-01-01", "2026-01-01", percent=percent)) == []


@pytest.mark.parametrize(
    ("begin", "end", "overlaps"),
    [
        ("2026-01-01", "2026-02-28", False),
        ("2026-01-01", "2026-03-01", True),
        ("2026-06-30", None, True),
        ("2026-07-01", None, False),
        ("2026-04-01", "2026-04-02", True),
        ("2026-01-01", None, True),
    ],
)
def test_a_server_has_one_percentage_at_a_time(begin: str, end: str | None, overlaps: bool) -> None:
    saved = CommissionRate(id=5, **dict(rate_entry("2026-03-01", "2026-06-30", percent="30")))
    assert bool(find_overlapping_rates([rate_entry(begin, end)], [saved])) == overlaps
    assert not find_overlapping_rates([rate_entry(begin, end)], [saved], replaces=5)
    assert not find_overlapping_rates([rate_entry(begin, end, server="TOM")], [saved])
    if overlaps:
        ((_, words),) = find_overlapping_rates([rate_entry(begin, end)], [saved])
        assert words == "ANA already has 30 % from 2026-03-01 to 2026-06-30"
    both = [rate_entry("2026-03-01", "2026-06-30"), rate_entry(begin, end)]
    assert [index for index, _ in find_overlapping_rates(both, [])] == ([1] if overlaps else [])
