"""The amount of one line, method by method, and the laws that hold for any rates."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.rating.errors import AmountTooLarge
from services.rating.records.notation import Step, ZoneRate
from services.rating.rules.amounts import price_line, price_share, zone_rate_of
from services.rating.rules.charges import split
from services.rating.rules.rate_tables import ProfileLine
from shared.values.money import round_cents
from tests.fixtures.pricing import line
from tests.fixtures.rate_tables import amount_of


def steps(*pairs: tuple[str | None, str, str]) -> tuple[Step, ...]:
    """Steps from (up_to, amount, rate)."""
    return tuple(
        Step(None if end is None else Decimal(end), Decimal(fixed), Decimal(each)) for end, fixed, each in pairs
    )


PER_PERSON = line(
    method="tiered", quantity_source="servees", steps=steps(("1", "0", "50"), ("2", "0", "10"), (None, "0", "5"))
)
PAGES = line(
    method="banded",
    quantity_source="pages",
    steps=steps(("49", "0", "0"), ("99", "10", "0"), ("249", "25", "0"), (None, "50", "0")),
)


@pytest.mark.parametrize(
    ("made", "quantity", "amount"),
    [
        (line(rate=Decimal(80)), "1", "80.00"),
        (line(rate=Decimal("12.345")), "1", "12.35"),
        (line(method="per_unit", rate=Decimal("0.65")), "37.5", "24.38"),
        (line(method="per_unit", rate=Decimal(1), included_units=Decimal(10)), "10", "0.00"),
        (line(method="per_unit", rate=Decimal(1), included_units=Decimal(10)), "12.5", "2.50"),
        (line(method="per_unit", rate=Decimal("0.67"), minimum=Decimal(15)), "7", "15.00"),
        (line(method="per_unit", rate=Decimal("0.67"), minimum=Decimal(15)), "40", "26.80"),
        (line(method="per_unit", rate=Decimal("0.67"), maximum=Decimal(20)), "40", "20.00"),
        (line(method="per_unit", rate=Decimal(8), unit_size=Decimal(15), whole_units=True), "15", "8.00"),
        (line(method="per_unit", rate=Decimal(8), unit_size=Decimal(15), whole_units=True), "15.001", "16.00"),
        (line(method="per_unit", rate=Decimal(8), unit_size=Decimal(15)), "20", "10.67"),
        (line(method="per_unit", rate=Decimal(65), whole_units=True), "0.5", "65.00"),
        (PER_PERSON, "1", "50.00"),
        (PER_PERSON, "2", "60.00"),
        (PER_PERSON, "4", "70.00"),
        (PER_PERSON, "2.5", "62.50"),
        (line(method="tiered", quantity_source="pages", steps=steps(("5", "10", "0"), (None, "0", "1"))), "8", "13.00"),
        (PAGES, "49", "0.00"),
        (PAGES, "50", "10.00"),
        (PAGES, "99", "10.00"),
        (PAGES, "100", "25.00"),
        (PAGES, "5000", "50.00"),
        (line(method="banded", steps=steps(("10", "0", "1"), (None, "0", "0.75"))), "20", "15.00"),
    ],
)
def test_each_pricing_method_gives_the_right_amount(made: ProfileLine, quantity: str, amount: str) -> None:
    assert amount_of(made, Decimal(quantity)) == Decimal(amount)


def test_a_rate_per_person_and_hour_multiplies_two_quantities() -> None:
    marshals = line(
        method="per_unit", rate=Decimal(65), quantity_source="hours", whole_units=True, times_source="persons"
    )
    assert price_line(marshals, Decimal("3.5"), times=Decimal(2)).amount == Decimal("520.00")


@pytest.mark.parametrize(
    ("method", "rate", "base", "limits", "amount"),
    [
        ("percent_of", "10", "65.00", {}, "6.50"),
        ("percent_of", "10", "103.64", {}, "10.36"),
        ("percent_of", "2.5", "0.20", {}, "0.01"),
        ("percent_of", "10", "30.00", {"minimum": Decimal(5)}, "5.00"),
        ("percent_of", "10", "900.00", {"maximum": Decimal(50)}, "50.00"),
        ("multiplier", "2", "25.00", {}, "25.00"),
        ("multiplier", "1.5", "25.01", {}, "12.51"),
        ("multiplier", "0.9", "80.00", {}, "-8.00"),
        ("multiplier", "1", "80.00", {}, "0.00"),
        ("multiplier", "0.5", "10.01", {}, "-5.00"),
        ("multiplier", "0.5", "-10.01", {}, "5.00"),
        ("multiplier", "0.9", "30.00", {"minimum": Decimal(5)}, "-5.00"),
        ("multiplier", "0.5", "0.01", {"minimum": Decimal(5)}, "-5.00"),
        ("multiplier", "0.5", "900.00", {"maximum": Decimal(50)}, "-50.00"),
        ("percent_of", "10", "-30.00", {"minimum": Decimal(5)}, "-5.00"),
        ("percent_of", "10", "-900.00", {"maximum": Decimal(50)}, "-50.00"),
    ],
)
def test_percentages_and_multipliers_of_other_lines(
    method: str, rate: str, base: str, limits: dict[str, Decimal], amount: str
) -> None:
    made = line(method=method, rate=Decimal(rate), base=("Delivery",), **limits)
    assert price_share(made, Decimal(base)).amount == Decimal(amount)


MINUTES = line(method="per_unit", rate=Decimal("0.53"), quantity_source="waiting_minutes", included_units=Decimal(10))
UNITS = MINUTES.model_copy(update={"rate": Decimal(8), "unit_size": Decimal(15), "included_units": Decimal(0)})


@pytest.mark.parametrize(
    ("made", "quantity", "charged", "reason"),
    [
        (line(rate=Decimal(80)), "1", "1", ""),
        (line(rate=Decimal(80)), "2", "2", ""),
        (MINUTES, "25", "15", ""),
        (MINUTES, "8", "0", ""),
        (MINUTES.model_copy(update={"minimum": Decimal(10)}), "25", "15", "15 min × 0.53 = 7.95, at least 10.00"),
        (line(rate=Decimal(80), maximum=Decimal(50)), "1", "1", "1 × 80.00 = 80.00, at most 50.00"),
        (UNITS, "20", "1.333", "1.333 × 8.00, in units of 15 min"),
        (UNITS.model_copy(update={"whole_units": True}), "20", "2", "2 × 8.00, in units of 15 min, started units in full"),
        (PER_PERSON, "4", "4", "1 at 50.00, 1 at 10.00, 2 at 5.00"),
        (PAGES, "60", "60", "10.00 up to 99 pages"),
        (PAGES, "400", "400", "50.00"),
        (line(method="banded", quantity_source="miles", steps=steps(("10", "0", "1"), (None, "0", "0.75"))),
         "8", "8", "8 mi × 1.00 up to 10 mi"),
        (line(method="banded", quantity_source="miles", steps=steps(("10", "5", "1"), (None, "0", "0.75"))),
         "8", "8", "5.00 up to 10 mi and 8 mi × 1.00"),
        (line(method="tiered", quantity_source="pages", steps=steps(("5", "10", "0"), (None, "2", "1"))),
         "8", "8", "5 at 10.00, 3 at 1.00 and 2.00"),
    ],
)  # fmt: skip
def test_the_customer_can_reckon_each_amount(made: ProfileLine, quantity: str, charged: str, reason: str) -> None:
    priced = price_line(made, Decimal(quantity))
    assert (priced.charged, priced.reason) == (Decimal(charged), reason)


def test_the_customer_can_reckon_what_depends_on_other_lines_or_on_a_second_quantity() -> None:
    share = line(method="percent_of", rate=Decimal("2.50000"), base=("charges",), minimum=Decimal(5))
    assert price_share(share, Decimal("75.00")).reason == "2.5% of 75.00 = 1.88, at least 5.00"
    double = line(method="multiplier", rate=Decimal(2), base=("Delivery",))
    assert price_share(double, Decimal("25.00")).reason == "25.00 × 2, less the 25.00"
    hours = line(method="per_unit", rate=Decimal(65), quantity_source="hours", times_source="persons")
    assert price_line(hours, Decimal(3), times=Decimal(2)).reason == "3 h × 65.00 × 2 persons"


@given(
    rate=st.decimals("0.00001", "999.99", places=5),
    quantity=st.decimals("0.001", "9999", places=3),
    included=st.decimals(0, 50, places=3),
    size=st.sampled_from(["1", "15"]),
    limit=st.sampled_from([None, Decimal("45.00")]),
)
def test_without_a_reason_the_amount_is_the_product(
    rate: Decimal, quantity: Decimal, included: Decimal, size: str, limit: Decimal | None
) -> None:
    made = line(method="per_unit", rate=rate, included_units=included, unit_size=Decimal(size), minimum=limit)
    priced = price_line(made, quantity)
    assert priced.reason or priced.amount == round_cents(priced.charged * priced.unit_rate)


def test_a_factor_below_1_says_what_it_leaves() -> None:
    made = line(method="multiplier", rate=Decimal("0.50000"), base=("Delivery",), minimum=Decimal(9))
    assert price_share(made, Decimal("10.01")).calculation == (
        "× 0.5 leaves 5.01 of 10.01 (Delivery), at least 9.00 = -9.00"
    )


def test_a_named_zone_takes_precedence_and_each_direction_has_its_own_rate() -> None:
    made = line(
        method="zone",
        zones=tuple(
            ZoneRate(begin, end, Decimal(rate))
            for begin, end, rate in (("A", "B", "20"), ("B", "A", "25"), ("A", "ANY", "40"), ("ANY", "ANY", "60"))
        ),
    )
    found = [zone_rate_of(made, *pair) for pair in (("A", "B"), ("B", "A"), ("A", "C"), ("C", "A"), (None, None))]
    assert found == [Decimal(20), Decimal(25), Decimal(40), Decimal(60), Decimal(60)]
    assert zone_rate_of(made.model_copy(update={"zones": made.zones[:2]}), "B", "C") is None


def test_an_amount_that_no_invoice_can_hold_is_refused_with_its_item() -> None:
    with pytest.raises(AmountTooLarge, match="Service of process"):
        amount_of(line(method="per_unit", rate=Decimal(9_999_999)), Decimal(999_999_999_999))


rates = st.decimals("0", "9999.99999", places=5)
quantities = st.decimals("0.001", "9999", places=3)
limits = st.none() | st.decimals("0", "500", places=2)


@st.composite
def rising_lines(draw: st.DrawFn) -> ProfileLine:
    """Lines whose price per unit is never negative, which are all but bands."""
    method = draw(st.sampled_from(["flat", "per_unit", "tiered"]))
    ends = sorted(draw(st.sets(st.decimals("0.001", "500", places=3), max_size=4)))
    low, high = sorted([draw(limits) or Decimal(0), draw(limits) or Decimal(500)])
    return line(
        method=method,
        rate=draw(rates),
        included_units=draw(st.decimals("0", "20", places=3)),
        unit_size=draw(st.decimals("0.25", "60", places=3)),
        whole_units=draw(st.booleans()),
        steps=tuple(Step(end, draw(rates), draw(rates)) for end in [*ends, None]),
        minimum=low,
        maximum=high,
    )


@given(rising_lines(), quantities, st.decimals("0.001", "100", places=3))
def test_a_larger_quantity_never_costs_less_except_in_bands(
    made: ProfileLine, quantity: Decimal, more: Decimal
) -> None:
    assert amount_of(made, quantity + more) >= amount_of(made, quantity)


@given(rising_lines(), quantities)
def test_every_amount_is_in_whole_cents_and_within_its_limits(made: ProfileLine, quantity: Decimal) -> None:
    amount = amount_of(made, quantity)
    assert amount == amount.quantize(Decimal("0.01"))
    assert made.minimum is not None
    assert made.maximum is not None
    assert made.minimum <= amount <= made.maximum


@given(st.decimals("0.00", "99999.99", places=2), st.decimals("0", "200", places=5))
def test_a_cent_more_of_the_base_never_lowers_a_percentage(base: Decimal, percent: Decimal) -> None:
    made = line(method="percent_of", rate=percent, base=("fee_advances",))
    assert price_share(made, base + Decimal("0.01")).amount >= price_share(made, base).amount


@given(st.integers(1, 5), quantities)
def test_tiers_with_one_rate_are_the_same_as_a_rate_per_unit(rate: int, quantity: Decimal) -> None:
    tiers = line(method="tiered", steps=steps(("1", "0", str(rate)), ("7.5", "0", str(rate)), (None, "0", str(rate))))
    assert amount_of(tiers, quantity) == amount_of(line(method="per_unit", rate=Decimal(rate)), quantity)


@given(
    st.decimals("-99999.99", "99999.99", places=2),
    st.lists(st.decimals("0.001", "1000", places=3), min_size=1, max_size=8),
)
def test_shares_add_up_and_the_last_one_gets_the_remaining_cents(amount: Decimal, shares: list[Decimal]) -> None:
    parts = split(amount, shares)
    assert sum(parts) == amount
    left = amount
    for part, share in zip(parts[:-1], shares, strict=False):
        rounded = round_cents(amount * share / sum(shares))
        assert part == (min(rounded, left) if amount >= 0 else max(rounded, left))
        left -= part
    assert parts[-1] * amount >= 0


def test_a_hundred_dollars_split_three_ways() -> None:
    assert split(Decimal(100), [Decimal(1)] * 3) == [Decimal("33.33"), Decimal("33.33"), Decimal("33.34")]
    assert split(Decimal(100), []) == []
