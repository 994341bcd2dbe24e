"""When an invoice is due, and until when it offers a discount."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.receivables.records.pay_terms import PayTerms
from services.receivables.rules.records import faults_in_terms
from services.receivables.rules.terms import TermDates, discount_offered, discount_too_early, term_dates
from tests.fixtures.records import ar_company, pay_terms

COMPANY = ar_company(discount_mode="invoices_and_receipts")


def by_day(roll: int, *, due: int = 30, discount: int | None = 10, cutoff: int | None = 20) -> PayTerms:
    return pay_terms("DAY", due_day=due, discount_day=discount, cutoff_day=cutoff, roll_months=roll)


@pytest.mark.parametrize(
    ("terms", "invoiced", "discount", "due"),
    [
        (by_day(1), "2009-02-05", "2009-02-10", "2009-02-28"),
        (by_day(1), "2009-02-20", "2009-02-10", "2009-02-28"),
        (by_day(1), "2009-02-21", "2009-03-10", "2009-03-30"),
        (by_day(2), "2009-02-05", "2009-03-10", "2009-03-30"),
        (by_day(2), "2009-02-21", "2009-04-10", "2009-04-30"),
        (by_day(3), "2009-02-05", "2009-04-10", "2009-04-30"),
        (by_day(3), "2009-02-21", "2009-05-10", "2009-05-30"),
        (by_day(1, due=31), "2009-04-20", "2009-04-10", "2009-04-30"),
        (by_day(1, due=31), "2012-02-01", "2012-02-10", "2012-02-29"),
        (by_day(3), "2008-12-21", "2009-03-10", "2009-03-30"),
        (by_day(2), "2008-12-20", "2009-01-10", "2009-01-30"),
        (by_day(1, cutoff=None), "2009-03-31", "2009-03-10", "2009-03-30"),
        (by_day(1, discount=None), "2009-02-05", None, "2009-02-28"),
        (pay_terms("NET", due_days=30, discount_days=15), "2009-02-10", "2009-02-25", "2009-03-12"),
        (by_day(1, due=31), "2026-11-30", "2026-12-10", "2026-12-31"),
        (by_day(2, due=10, discount=None, cutoff=None), "2026-12-31", None, "2027-01-10"),
        (by_day(2, due=31, discount=31, cutoff=25), "2026-12-26", "2027-02-28", "2027-02-28"),
        (by_day(2, due=31, discount=31, cutoff=25), "2027-12-26", "2028-02-29", "2028-02-29"),
        (by_day(1, due=29, discount=None), "2100-02-01", None, "2100-02-28"),
        (by_day(1, due=29, discount=None), "2000-02-01", None, "2000-02-29"),
        (pay_terms("NET", due_days=30), "2012-01-31", None, "2012-03-01"),
        (pay_terms("NET", due_days=30), "2011-01-31", None, "2011-03-02"),
        (pay_terms("NET", due_days=365, discount_days=0), "2024-02-29", "2024-02-29", "2025-02-28"),
        (pay_terms("MIX", due_day=15, discount_days=5), "2009-02-10", "2009-02-15", "2009-02-15"),
        (pay_terms("FAR", due_days=999, discount_days=30), "9999-12-15", "9999-12-31", "9999-12-31"),
        (by_day(3, due=10, discount=5), "9999-11-21", "9999-12-31", "9999-12-31"),
        (pay_terms("NONE"), "2009-02-10", None, "2009-02-10"),
        (None, "2009-02-10", None, "2009-02-10"),
    ],
)
def test_terms_give_these_dates(terms: PayTerms | None, invoiced: str, discount: str | None, due: str) -> None:
    discount_on = None if discount is None else date.fromisoformat(discount)
    assert term_dates(terms, date.fromisoformat(invoiced)) == TermDates(date.fromisoformat(due), discount_on)


days = st.dates(date(1990, 1, 1), date(2100, 12, 31))
day_terms = st.builds(
    by_day,
    st.integers(1, 3),
    due=st.integers(1, 31),
    discount=st.none() | st.integers(1, 31),
    cutoff=st.none() | st.integers(1, 31),
)


@given(day_terms, days)
def test_a_due_day_is_that_day_or_the_last_of_a_shorter_month(terms: PayTerms, invoiced: date) -> None:
    due_on = term_dates(terms, invoiced).due_on
    assert terms.due_day is not None
    assert due_on.day == terms.due_day or (due_on.day < terms.due_day and (due_on + timedelta(days=1)).day == 1)


@given(day_terms, days)
def test_one_more_month_to_roll_moves_both_dates_by_a_month(terms: PayTerms, invoiced: date) -> None:
    ahead = [term_dates(by_day(roll, due=1, discount=1, cutoff=terms.cutoff_day), invoiced) for roll in (1, 2, 3)]
    months = [one.due_on.year * 12 + one.due_on.month for one in ahead]
    assert [month - months[0] for month in months] == [0, 1, 2]
    rolled = terms.cutoff_day is not None and invoiced.day > terms.cutoff_day
    assert months[0] - (invoiced.year * 12 + invoiced.month) == int(rolled)


@given(st.integers(0, 999), days)
def test_days_are_counted_from_the_invoice_date(count: int, invoiced: date) -> None:
    assert (term_dates(pay_terms("N", due_days=count), invoiced).due_on - invoiced).days == count


TWO_PERCENT = pay_terms("N", discount_days=10, discount_percent=Decimal(2))
DATES = (date(2026, 11, 2), date(2026, 11, 12))


def offered(
    net: str = "1000.00",
    retainage: str = "0.00",
    terms: PayTerms | None = TWO_PERCENT,
    dates: tuple[date, date | None] = DATES,
    **options: Any,
) -> Decimal:
    company = ar_company(**{"discount_mode": "invoices_and_receipts", **options})
    return discount_offered(company, terms, Decimal(net), Decimal(retainage), dates)


@pytest.mark.parametrize(
    ("facts", "discount"),
    [
        ({}, "20.00"),
        ({"retainage": "100.00"}, "18.00"),
        ({"net": "0.25"}, "0.01"),
        ({"net": "-1000.00"}, "-20.00"),
        ({"discount_mode": "none"}, "0.00"),
        ({"discount_mode": "receipts_only"}, "0.00"),
        ({"terms": None}, "0.00"),
        ({"dates": (date(2026, 11, 2), None)}, "0.00"),
        ({"dates": (date(2026, 11, 12), date(2026, 11, 12))}, "20.00"),
        ({"dates": (date(2026, 11, 13), date(2026, 11, 12))}, "0.00"),
    ],
)
def test_a_discount_is_offered_on_the_amount_without_tax_and_retainage(facts: dict[str, Any], discount: str) -> None:
    assert offered(**facts) == Decimal(discount)


@pytest.mark.parametrize(
    ("discount_on", "early"), [(None, False), (date(2026, 11, 1), True), (date(2026, 11, 2), False)]
)
def test_a_discount_date_before_the_invoice_date_is_noticed(discount_on: date | None, early: bool) -> None:
    assert discount_too_early(date(2026, 11, 2), discount_on) is early


@pytest.mark.parametrize(
    ("terms", "fields"),
    [
        ({"due_days": 30}, []),
        ({"due_days": 30, "due_day": 10}, ["due_day"]),
        ({"discount_days": 5, "discount_day": 10}, ["discount_day"]),
        ({"due_days": 30, "cutoff_day": 20}, ["cutoff_day"]),
        ({"due_days": 30, "discount_percent": Decimal(2)}, ["discount_percent"]),
        ({"due_days": 30, "discount_day": 10, "cutoff_day": 20, "discount_percent": Decimal(2)}, []),
    ],
)
def test_contradictory_terms_name_the_field(terms: dict[str, Any], fields: list[str]) -> None:
    assert [field for field, _ in faults_in_terms(pay_terms("X", **terms))] == fields
