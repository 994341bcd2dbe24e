"""The laws of amounts, whatever the rate table."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from services.rating.errors import NothingToCharge
from services.rating.rules.amounts import amount_of
from services.rating.rules.pricing import price_order, rate_work_orders
from services.rating.rules.rate_tables import BillingProfile, Key, ProfileLine
from shared.money import round_cents
from tests.services.rating.tables import order, sample_rate_table

KEY = Key("SAT", "LAW", "STANDARD", "CITATION", "BEXAR")


def line(**facts) -> ProfileLine:
    given_facts = {
        "position": 1,
        "billing_item": "Service of process",
        "income_account": "4000",
        "taxable": False,
        "fee_advance": False,
        "mode": "default",
        "bill_type": None,
        "bill_kind": None,
        "method": "flat",
        "rate": Decimal(80),
        "included_units": Decimal(0),
        "quantity_source": "one",
        **facts,
    }
    return ProfileLine(**given_facts)


def profile(*lines: ProfileLine) -> BillingProfile:
    numbered = tuple(replace(one, position=index) for index, one in enumerate(lines, start=1))
    return BillingProfile(1, KEY, date(2020, 1, 1), None, "", numbered)


rates = st.decimals("0", "9999.99999", places=5)
quantities = st.decimals("0.001", "9999", places=3)


@given(rates, quantities, st.decimals("0", "50", places=3))
def test_a_per_unit_amount_is_rate_times_units_beyond_the_included_ones(rate, quantity, included) -> None:
    amount = amount_of(line(method="per_unit", rate=rate, included_units=included), quantity)
    assert amount == round_cents(rate * max(quantity - included, Decimal(0)))
    assert amount == amount.quantize(Decimal("0.01"))


@given(rates, quantities, st.decimals("0.001", "10", places=3))
def test_more_units_never_cost_less(rate, quantity, more) -> None:
    one = line(method="per_unit", rate=rate)
    assert amount_of(one, quantity + more) >= amount_of(one, quantity)


@pytest.mark.parametrize(
    ("miles", "amount"), [("37.5", "24.38"), ("37.4", "24.31"), ("0.007", "0.00"), ("0.008", "0.01")]
)
def test_amounts_are_rounded_half_up_to_the_cent(miles: str, amount: str) -> None:
    mileage = line(method="per_unit", rate=Decimal("0.65"), quantity_source="miles")
    assert amount_of(mileage, Decimal(miles)) == Decimal(amount)


some_lines = st.lists(
    st.builds(
        line,
        rate=rates,
        fee_advance=st.booleans(),
        method=st.sampled_from(["flat", "per_unit"]),
        quantity_source=st.sampled_from(["one", "miles", "servees"]),
        mode=st.sampled_from(["default", "triggered", "optional"]),
        bill_type=st.just("SKIP_TRACE"),
        bill_kind=st.just("flag"),
    ),
    min_size=1,
    max_size=8,
)


@given(some_lines, st.booleans(), st.none() | quantities)
def test_the_total_is_the_sum_of_the_lines(lines, triggered, miles) -> None:
    made = order(triggers=("SKIP_TRACE",) if triggered else (), miles=miles, servees=Decimal(2))
    try:
        rated = price_order(made, profile(*lines), "BEXAR", "zip")
    except NothingToCharge:
        assume(False)
        raise
    assert rated.total == sum(one.amount for one in rated.lines)
    assert rated.advances_total == sum(one.amount for one in rated.lines if one.fee_advance)


@given(some_lines, st.randoms())
def test_the_order_of_the_lines_does_not_matter(lines, chance) -> None:
    made = order(triggers=("SKIP_TRACE",), miles="3", servees="2")
    shuffled = list(lines)
    chance.shuffle(shuffled)
    try:
        total = price_order(made, profile(*lines), "BEXAR", "zip").total
    except NothingToCharge:
        with pytest.raises(NothingToCharge):
            price_order(made, profile(*shuffled), "BEXAR", "zip")
    else:
        assert price_order(made, profile(*shuffled), "BEXAR", "zip").total == total


@given(some_lines)
def test_every_line_of_the_profile_is_explained(lines) -> None:
    made = profile(line(), *lines)
    rated = price_order(order(miles="3", servees="2"), made, "BEXAR", "zip")
    assert [one.position for one in rated.reasons] == list(range(1, len(made.lines) + 1))
    charged = {one.position for one in rated.reasons if one.verdict == "charged"}
    assert charged == {one.position for one in rated.lines}


@pytest.mark.parametrize(
    ("facts", "verdict", "words"),
    [
        (
            {"mode": "triggered", "bill_type": "RUSH", "bill_kind": "flag"},
            "not_triggered",
            "needs RUSH; the order has none",
        ),
        (
            {"mode": "triggered", "bill_type": "CANCELLED", "bill_kind": "outcome"},
            "not_triggered",
            "needs CANCELLED; the order has served",
        ),
        ({"method": "per_unit", "quantity_source": "miles"}, "no_quantity", "no miles in the proof of delivery"),
        ({"mode": "optional"}, "optional", "offered only; add it by hand"),
    ],
)
def test_a_line_that_does_not_come_says_why(facts, verdict, words) -> None:
    rated = price_order(order(), profile(line(), line(**facts)), "BEXAR", "zip")
    assert [one.billing_item for one in rated.lines] == ["Service of process"]
    assert (rated.reasons[1].verdict, rated.reasons[1].words) == (verdict, words)


def test_a_quantity_of_zero_counts_as_missing() -> None:
    mileage = line(method="per_unit", quantity_source="miles")
    assert len(price_order(order(miles="0"), profile(line(), mileage), "BEXAR", "zip").lines) == 1


def test_an_order_without_any_charge_is_refused() -> None:
    with pytest.raises(NothingToCharge, match="no miles"):
        price_order(order(), profile(line(method="per_unit", quantity_source="miles")), "BEXAR", "zip")


def test_one_bad_order_never_stops_the_others() -> None:
    good, lost, better = order(id=1), order(id=2, served_zip="10007"), order(id=3, priority="RUSH")
    rated, failed = rate_work_orders([good, lost, better], sample_rate_table())
    assert [one.work_order_id for one in rated] == [1, 3]
    assert [(one.work_order_id, one.code) for one in failed] == [(2, "REGION_REQUIRED")]
