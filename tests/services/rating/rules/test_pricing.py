"""The laws of prices, for any rate table."""

from datetime import date
from decimal import Decimal
from random import Random
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from services.rating.errors import NothingToCharge
from services.rating.records.notation import Step
from services.rating.rules.charges import OrderCharge
from services.rating.rules.pricing import UNEXPECTED, price_order, rate_work_orders
from services.rating.rules.rate_tables import ProfileLine, digest_of_rates
from shared.values.money import round_cents
from tests.fixtures.pricing import amounts, charge, line, profile, share
from tests.fixtures.rate_tables import amount_of, order, sample_rate_table

rates = st.decimals("0", "9999.99999", places=5)
quantities = st.decimals("0.001", "9999", places=3)


@given(rates, quantities, st.decimals("0", "50", places=3))
def test_a_per_unit_amount_is_rate_times_units_beyond_the_included_ones(
    rate: Decimal, quantity: Decimal, included: Decimal
) -> None:
    amount = amount_of(line(method="per_unit", rate=rate, included_units=included), quantity)
    assert amount == round_cents(rate * max(quantity - included, Decimal(0)))
    assert amount == amount.quantize(Decimal("0.01"))


@given(rates, quantities, st.decimals("0.001", "10", places=3))
def test_more_units_never_cost_less(rate: Decimal, quantity: Decimal, more: Decimal) -> None:
    mileage = line(method="per_unit", rate=rate)
    assert amount_of(mileage, quantity + more) >= amount_of(mileage, quantity)


@pytest.mark.parametrize(
    ("miles", "amount"), [("37.5", "24.38"), ("37.4", "24.31"), ("0.007", "0.00"), ("0.008", "0.01")]
)
def test_amounts_are_rounded_half_up_to_the_cent(miles: str, amount: str) -> None:
    mileage = line(method="per_unit", rate=Decimal("0.65"), quantity_source="miles")
    assert amount_of(mileage, Decimal(miles)) == Decimal(amount)


plain_lines = st.lists(
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


@st.composite
def with_shares(draw: st.DrawFn) -> list[ProfileLine]:
    """Independent lines, and lines that depend on them, on one another, on fee advances or on all charges."""
    lines = [
        entry.model_copy(update={"billing_item": f"Item {index}"}) for index, entry in enumerate(draw(plain_lines))
    ]
    for index in range(draw(st.integers(0, 4))):
        names = [entry.billing_item for entry in lines]
        lines.append(
            line(
                billing_item=f"Share {index}",
                method=draw(st.sampled_from(["percent_of", "multiplier"])),
                rate=draw(st.decimals("0", "50", places=2)),
                base=tuple(draw(st.sets(st.sampled_from([*names, "fee_advances", "charges"]), min_size=1, max_size=3))),
            )
        )
    return lines


some_lines = with_shares()


@given(some_lines, st.booleans(), st.none() | quantities)
def test_the_total_is_the_sum_of_the_lines(lines: list[ProfileLine], triggered: bool, miles: Decimal | None) -> None:
    made = order(triggers=("SKIP_TRACE",) if triggered else (), miles=miles, servees=Decimal(2))
    try:
        rated = price_order(made, profile(*lines), "BEXAR", "zip")
    except NothingToCharge:
        assume(False)
        raise
    assert rated.total == sum(rated_line.amount for rated_line in rated.lines)
    assert rated.advances_total == sum(rated_line.amount for rated_line in rated.lines if rated_line.fee_advance)


@given(some_lines, st.randoms())
def test_the_order_of_the_lines_does_not_matter(lines: list[ProfileLine], chance: Random) -> None:
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
def test_every_line_of_the_profile_is_explained(lines: list[ProfileLine]) -> None:
    made = profile(line(), *lines)
    rated = price_order(order(miles="3", servees="2"), made, "BEXAR", "zip")
    assert [reason.position for reason in rated.reasons] == list(range(1, len(made.lines) + 1))
    charged = {reason.position for reason in rated.reasons if reason.verdict == "charged"}
    assert charged == {rated_line.position for rated_line in rated.lines}


@pytest.mark.parametrize(
    ("facts", "verdict", "words"),
    [
        (
            {"mode": "triggered", "bill_type": "RUSH", "bill_kind": "flag"},
            "not_triggered",
            "needs RUSH; the order has no triggers",
        ),
        (
            {"mode": "triggered", "bill_type": "CANCELLED", "bill_kind": "outcome"},
            "not_triggered",
            "needs CANCELLED; the order is served",
        ),
        ({"method": "per_unit", "quantity_source": "miles"}, "no_quantity", "no miles in the proof of delivery"),
        ({"mode": "optional"}, "optional", "optional; add it by hand if it applies"),
    ],
)
def test_a_line_that_is_not_charged_says_why(facts: dict[str, Any], verdict: str, words: str) -> None:
    rated = price_order(order(), profile(line(), line(**facts)), "BEXAR", "zip")
    assert [rated_line.billing_item for rated_line in rated.lines] == ["Service of process"]
    assert (rated.reasons[1].verdict, rated.reasons[1].words) == (verdict, words)


def test_a_quantity_of_zero_counts_as_missing() -> None:
    mileage = line(method="per_unit", quantity_source="miles")
    assert len(price_order(order(miles="0"), profile(line(), mileage), "BEXAR", "zip").lines) == 1


def test_an_order_without_any_charge_is_refused() -> None:
    with pytest.raises(NothingToCharge, match="no miles"):
        price_order(order(), profile(line(method="per_unit", quantity_source="miles")), "BEXAR", "zip")


def test_dependent_lines_are_priced_after_their_bases_in_any_sequence() -> None:
    lines = (
        share("percent_of", "10", "multiplier 2", "Service of process"),
        share("multiplier", "2", "Service of process"),
        line(rate=Decimal(25)),
    )
    assert amounts(price_order(order(), profile(*lines), "BEXAR", "zip")) == {
        "percent_of 10": "5.00",
        "multiplier 2": "25.00",
        "Service of process": "25.00",
    }


def test_a_percentage_of_a_line_that_is_not_charged_is_not_charged_either() -> None:
    mileage = line(billing_item="Mileage", method="per_unit", quantity_source="miles")
    rated = price_order(order(), profile(line(), mileage, share("percent_of", "10", "Mileage")), "BEXAR", "zip")
    assert (rated.reasons[2].verdict, rated.reasons[2].words) == ("no_base", "none of Mileage is charged")


@pytest.mark.parametrize(
    ("lines", "charges", "amount"),
    [
        ([], [], "12.00"),
        ([line(billing_item="Paid", method="per_unit", rate=Decimal(1), quantity_source="fee_advances", fee_advance=True)], [], "12.00"),
        ([line(billing_item="Stamp", rate=Decimal(5), fee_advance=True)], [], "12.50"),
        ([], [charge(1, "prebill", "Witness", rate=Decimal(40), fee_advance=True)], "16.00"),
        ([], [charge(1, "manual", "Witness", rate=Decimal(40))], "12.00"),
    ],
)  # fmt: skip
def test_a_percentage_of_fee_advances_counts_each_advance_once(
    lines: list[ProfileLine], charges: list[OrderCharge], amount: str
) -> None:
    """120.00 were reported. Lines that bill them, and advances that were entered separately, do not count twice."""
    made = profile(line(), *lines, share("percent_of", "10", "fee_advances"))
    rated = price_order(order(fee_advances="120"), made, "BEXAR", "zip", charges=charges)
    assert amounts(rated)["percent_of 10"] == amount


def test_charges_as_a_base_are_the_lines_that_depend_on_no_other() -> None:
    lines = (line(), line(billing_item="Paid", rate=Decimal(7), fee_advance=True), share("percent_of", "50", "charges"))
    rated = price_order(order(), profile(*lines, share("percent_of", "10", "charges")), "BEXAR", "zip")
    assert amounts(rated)["percent_of 10"] == "8.00"


def test_triggers_and_quantities_that_no_line_uses_are_reported() -> None:
    mileage = line(billing_item="Mileage", method="per_unit", quantity_source="miles")
    rush = line(billing_item="Rush", mode="triggered", bill_type="RUSH", bill_kind="flag")
    made = order(triggers=("RUSH", "SKIP_TRACE"), miles="3", pages="7")
    rated = price_order(made, profile(line(), mileage, rush), "BEXAR", "zip")
    assert (rated.fired_triggers, rated.unused_triggers, rated.unused_quantities) == (
        *(("RUSH",), ("SKIP_TRACE",), ("pages",)),
    )


def test_an_order_whose_lines_are_all_zero_is_not_billed() -> None:
    with pytest.raises(NothingToCharge):
        price_order(order(), profile(line(rate=Decimal(0))), "BEXAR", "zip")


def test_one_bad_order_never_stops_the_others() -> None:
    good, lost, better = order(id=1), order(id=2, served_zip="10007"), order(id=3, priority="RUSH")
    rated, failed = rate_work_orders([good, lost, better], sample_rate_table())
    assert [rating.work_order_id for rating in rated] == [1, 3]
    assert [(failure.work_order_id, failure.code) for failure in failed] == [(2, "REGION_REQUIRED")]
    assert "10007" in failed[0].detail


def test_an_order_that_fails_unexpectedly_is_named_and_the_others_are_rated() -> None:
    broken = order(id=4).model_copy(update={"triggers": None})
    rated, failed = rate_work_orders([broken, order(id=1)], sample_rate_table())
    assert [rating.work_order_id for rating in rated] == [1]
    (failure,) = failed
    assert (failure.work_order_id, failure.code) == (4, UNEXPECTED)
    assert failure.detail == "it failed unexpectedly: TypeError"


PAGES = line(
    billing_item="Copies",
    method="banded",
    quantity_source="pages",
    steps=(Step(Decimal(49), Decimal(0), Decimal(0)), Step(None, Decimal(10), Decimal(0))),
)


@pytest.mark.parametrize(("pages", "charged"), [("20", []), ("50", [Decimal("10.00")])])
def test_a_band_of_nothing_makes_no_line(pages: str, charged: list[Decimal]) -> None:
    rated = price_order(order(pages=pages), profile(line(), PAGES), "BEXAR", "order")
    assert [one.amount for one in rated.lines if one.billing_item == "Copies"] == charged
    verdicts = {reason.billing_item: (reason.verdict, reason.words) for reason in rated.reasons}
    if not charged:
        words = "20 pages, in the band up to 49 = 0.00, which makes no line"
        assert verdicts["Copies"] == ("nothing_to_charge", words)


def test_a_band_of_nothing_has_a_line_when_its_amount_is_overridden_or_has_a_minimum() -> None:
    changed = [charge(1, "override", "Copies", amount=Decimal(3), comment="agreed")]
    rated = price_order(order(pages="20"), profile(line(), PAGES), "BEXAR", "order", charges=changed)
    assert str(rated.lines[1].amount) == "3.00"
    least = PAGES.model_copy(update={"minimum": Decimal(5)})
    rated = price_order(order(pages="20"), profile(line(), least), "BEXAR", "order")
    assert rated.lines[1].amount == Decimal("5.00")


def test_the_digest_of_rates_sees_every_line_and_no_dates() -> None:
    first = profile(line(), PAGES)
    later = first.model_copy(update={"id": 2, "effective_from": date(2030, 1, 1), "source": "another letter"})
    assert digest_of_rates(first) == digest_of_rates(later)
    scaled = profile(line(rate=Decimal("80.00000")), PAGES)
    assert digest_of_rates(first) == digest_of_rates(scaled)
    for other in (
        profile(line(rate=Decimal("80.01")), PAGES),
        profile(line(income_account="4001"), PAGES),
        profile(line(), PAGES, PAGES),
        profile(line(), PAGES.model_copy(update={"steps": PAGES.steps[1:]})),
    ):
        assert digest_of_rates(first) != digest_of_rates(other)
