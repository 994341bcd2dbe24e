"""Prebills, manual lines and overrides in the price of an order."""

from decimal import Decimal
from typing import Any

import pytest

from services.rating.errors import AmountTooLarge, PrebillNotInTable
from services.rating.records.charges import ServerShare
from services.rating.rules.commissions import LineTerms
from services.rating.rules.pricing import price_order, rate_work_orders
from tests.fixtures.pricing import amounts, charge, line, profile, share
from tests.fixtures.rate_tables import order, sample_rate_table


def test_a_standard_prebill_is_priced_from_the_table_even_from_an_optional_line() -> None:
    table = profile(line(), line(billing_item="Stake-out", mode="optional", rate=Decimal("45.50")))
    rated = price_order(
        order(),
        table,
        "BEXAR",
        "zip",
        charges=[charge(1, "prebill", "Stake-out", quantity=Decimal(2), comment="twice")],
    )
    prebill = rated.lines[-1]
    assert (prebill.origin, prebill.amount, prebill.quantity_source, prebill.comment) == (
        *("prebill", Decimal("91.00"), "hand", "twice"),
    )


def test_a_prebill_without_a_price_is_refused_and_never_free() -> None:
    with pytest.raises(PrebillNotInTable, match="Stake-out"):
        price_order(order(), profile(line()), "BEXAR", "zip", charges=[charge(1, "prebill", "Stake-out")])


def test_manual_lines_come_last_and_can_be_deductions() -> None:
    entered = [
        charge(1, "manual", "Courtesy", rate=Decimal("-10.005")),
        charge(2, "prebill", "Copies", rate=Decimal("0.25"), quantity=Decimal(7)),
    ]
    rated = price_order(order(), profile(line()), "BEXAR", "zip", charges=entered)
    assert [(rated_line.origin, str(rated_line.amount)) for rated_line in rated.lines] == [
        ("rate", "80.00"),
        ("prebill", "1.75"),
        ("manual", "-10.01"),
    ]
    assert rated.total == Decimal("71.74")


def test_an_overridden_amount_keeps_the_original_and_changes_dependent_lines() -> None:
    made = profile(line(), share("percent_of", "10", "Service of process"))
    override = charge(1, "override", "Service of process", amount=Decimal("60.00"), comment="agreed by phone")
    rated = price_order(order(), made, "BEXAR", "zip", charges=[override])
    first, second = rated.lines
    assert (first.amount, first.original_amount, first.override_reason) == (
        *(Decimal("60.00"), Decimal("80.00"), "agreed by phone"),
    )
    assert second.amount == Decimal("6.00")


def test_a_line_without_a_reported_quantity_is_charged_if_one_is_entered_by_hand() -> None:
    mileage = line(billing_item="Mileage", method="per_unit", rate=Decimal("0.65"), quantity_source="miles")
    override = charge(1, "override", "Mileage", quantity=Decimal(40), comment="odometer")
    rated = price_order(order(), profile(line(), mileage), "BEXAR", "zip", charges=[override])
    by_hand = rated.lines[1]
    assert (by_hand.quantity_source, by_hand.amount, by_hand.original_amount) == (
        "hand",
        Decimal("26.00"),
        Decimal("0.00"),
    )


def test_the_original_amount_of_an_overridden_quantity_is_that_of_the_reported_one() -> None:
    mileage = line(billing_item="Mileage", method="per_unit", rate=Decimal("0.65"), quantity_source="miles")
    share_of_it = share("percent_of", "10", "Mileage")
    overrides = [
        charge(1, "override", "Mileage", quantity=Decimal(40), comment="odometer"),
        charge(2, "override", "percent_of 10", quantity=Decimal(100), comment="agreed"),
    ]
    rated = price_order(order(miles="20"), profile(mileage, share_of_it), "BEXAR", "zip", charges=overrides)
    assert [(str(one.amount), str(one.original_amount)) for one in rated.lines] == [
        ("26.00", "13.00"),
        ("10.00", "10.00"),
    ]


def test_a_commission_goes_to_the_servers_of_the_charge_or_else_of_the_order() -> None:
    ana, tom = ServerShare("ANA", Decimal(100)), ServerShare("TOM", Decimal(100))
    terms: dict[str, Any] = {"commission_method": "percent", "commission_rate": Decimal(10)}
    entered = [
        charge(1, "prebill", "Copies", rate=Decimal(5), servers=(tom,), **terms),
        charge(2, "manual", "Wait", rate=Decimal(6), commission_method="server"),
    ]
    rated = price_order(order(servers=(ana,)), profile(line(**terms)), "BEXAR", "zip", charges=entered)
    assert rated.terms == (
        LineTerms(1, "Service of process", Decimal("80.00"), "percent", Decimal(10), (ana,)),
        LineTerms(2, "Copies", Decimal("5.00"), "percent", Decimal(10), (tom,)),
        LineTerms(3, "Wait", Decimal("6.00"), "server", Decimal(0), (ana,)),
    )


def test_a_charge_keeps_its_account_and_tax_and_a_standard_one_takes_those_of_the_table() -> None:
    table = profile(
        line(), line(billing_item="Wait", mode="triggered", bill_type="X", bill_kind="flag", comment="lobby")
    )
    entered = [
        charge(1, "prebill", "Wait", commission_method="flat", commission_rate=Decimal(3)),
        charge(2, "manual", "Stamps", rate=Decimal(2), income_account="4900", taxable=True, comment="two"),
    ]
    _, wait, stamps = price_order(order(), table, "BEXAR", "zip", charges=entered).lines
    assert (wait.income_account, wait.taxable, wait.comment, wait.position) == ("4000", False, "lobby", 3)
    assert (stamps.income_account, stamps.taxable, stamps.comment, stamps.position) == ("4900", True, "two", 4)


def test_an_overridden_amount_that_no_invoice_can_hold_is_refused() -> None:
    override = charge(1, "override", "Service of process", amount=Decimal("9999999999999999.99"), comment="typo")
    with pytest.raises(AmountTooLarge):
        price_order(order(), profile(line()), "BEXAR", "zip", charges=[override])


def test_a_standard_prebill_uses_the_optional_line_if_several_have_its_item() -> None:
    lines = (line(), line(billing_item="Wait", mode="triggered", bill_type="X", bill_kind="flag", rate=Decimal(9)))
    table = profile(*lines, line(billing_item="Wait", mode="optional", rate=Decimal(7)))
    rated = price_order(order(), table, "BEXAR", "zip", charges=[charge(1, "prebill", "Wait")])
    assert amounts(rated)["Wait"] == "7.00"


def test_an_override_without_a_line_is_reported() -> None:
    override = charge(1, "override", "Mileage", quantity=Decimal(40), comment="odometer")
    rated = price_order(order(), profile(line()), "BEXAR", "zip", charges=[override])
    assert (rated.reasons[-1].billing_item, rated.reasons[-1].verdict) == ("Mileage", "not_applied")


def test_each_order_is_rated_with_its_own_charges() -> None:
    extra = charge(1, "manual", "Copies", rate=Decimal(5))
    plain, charged = rate_work_orders([order(id=1), order(id=2)], sample_rate_table(), {2: [extra]})[0]
    assert charged.total == plain.total + Decimal("5.00")
