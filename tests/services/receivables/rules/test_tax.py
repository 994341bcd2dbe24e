"""Sales tax of a line, with and without retainage."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.receivables.records.ar_companies import TaxOnRetainage
from services.receivables.rules.tax import LineTax, Release, release, tax_discount, tax_line, tax_on
from tests.fixtures.records import ar_company


@pytest.mark.parametrize(
    ("basis", "rate", "tax"),
    [
        ("1000.00", "5", "50.00"),
        ("95.00", "8.25", "7.84"),
        ("0.10", "5", "0.01"),
        ("-0.10", "5", "-0.01"),
        ("0.09", "5", "0.00"),
        ("100.00", "0", "0.00"),
        ("12.34", "8.12345", "1.00"),
    ],
)
def test_tax_is_rounded_half_up_once(basis: str, rate: str, tax: str) -> None:
    assert tax_on(Decimal(basis), Decimal(rate)) == Decimal(tax)


@pytest.mark.parametrize(("allowed", "discount"), [(True, "0.90"), (False, "0.00")])
def test_the_tax_is_discounted_only_if_the_company_allows_it(allowed: bool, discount: str) -> None:
    company = ar_company(allow_tax_discount=allowed)
    assert tax_discount(company, Decimal("18.00"), Decimal(5)) == Decimal(discount)


def money(*amounts: str) -> list[Decimal]:
    return [Decimal(one) for one in amounts]


@pytest.mark.parametrize(
    ("option", "taxed", "released"),
    [
        ("full", LineTax(*money("50.00", "5.00", "0.00")), Release(*money("105.00", "105.00", "0.00", "0.00"))),
        ("distribute", LineTax(*money("50.00", "5.00", "0.00")), Release(*money("105.00", "105.00", "5.00", "5.00"))),
        ("off", LineTax(*money("45.00", "0.00", "5.00")), Release(*money("105.00", "100.00", "5.00", "0.00"))),
    ],
)
def test_tax_on_retainage_is_posted_at_once_apart_or_later(option: str, taxed: LineTax, released: Release) -> None:
    """With net 1,000.00, tax 5 % and retainage 10 %, AR gets 945.00 first and 105.00 on release under every option."""
    net, retainage = money("1000.00", "100.00")
    line = tax_line(net, Decimal(5), net, retainage, option)
    assert line == taxed
    assert net + line.tax - retainage - line.retainage_tax == Decimal("945.00")
    assert release(retainage, line.retainage_tax + line.later, option) == released


def test_a_tax_basis_other_than_the_amount_is_retained_in_the_same_proportion() -> None:
    basis, rate, net, retainage = money("400.00", "5", "1000.00", "100.00")
    assert tax_line(basis, rate, net, retainage, "full") == LineTax(*money("20.00", "2.00", "0.00"))


def test_a_line_of_zero_has_no_retained_tax() -> None:
    basis, rate, net, retainage = money("100.00", "5", "0.00", "0.00")
    assert tax_line(basis, rate, net, retainage, "full") == LineTax(*money("5.00", "0.00", "0.00"))


amounts = st.decimals("-99999.99", "99999.99", places=2)
rates = st.decimals("0", "100", places=5)


@given(amounts, rates, st.decimals("0", "1", places=4), st.sampled_from(["full", "distribute", "off"]))
def test_every_option_gives_the_same_tax_in_the_end_and_balances(
    net: Decimal, rate: Decimal, share: Decimal, option: TaxOnRetainage
) -> None:
    retainage = (net * share).quantize(Decimal("0.01"))
    line = tax_line(net, rate, net, retainage, option)
    assert line.tax + line.later == tax_on(net, rate)
    assert abs(line.retainage_tax) <= abs(line.tax)
    assert (line.later == 0) or (line.retainage_tax == 0)
    released = release(retainage, line.retainage_tax + line.later, option)
    debits = released.receivable_debit + released.retainage_tax_debit
    assert debits == released.retainage_credit + released.tax_credit


@given(amounts, rates)
def test_the_tax_on_a_negative_amount_is_the_negative_tax(net: Decimal, rate: Decimal) -> None:
    assert tax_on(-net, rate) == -tax_on(net, rate)
