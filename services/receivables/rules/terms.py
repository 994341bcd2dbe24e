"""Owns what pay terms give an invoice: the day on which it is due, and until when it earns which discount."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from services.receivables.records.ar_companies import ArCompany
from services.receivables.records.pay_terms import PayTerms
from shared.values.money import ZERO, round_cents

_HUNDRED = Decimal(100)


@dataclass(frozen=True, slots=True)
class TermDates:
    """When an invoice is due, and the last day of its discount: None when it earns none."""

    due_on: date
    discount_on: date | None


def term_dates(terms: PayTerms | None, invoice_date: date) -> TermDates:
    """The dates that an invoice of this date gets by the terms; without terms it is due on its own date.

    By a day of the month, the month is `roll_months` − 1 ahead when the invoice day is not after the cutoff day, else
    `roll_months` ahead, and a day that the month does not have is its last: due day 30, discount day 10, cutoff 20, one
    month to roll: 2009-02-05 → discount 2009-02-10, due 2009-02-28; 2009-02-21 → 2009-03-10, 2009-03-30. Without a cutoff
    day no invoice is after it. Source: receivables, section 2.10.
    """
    if terms is None:
        return TermDates(invoice_date, None)
    due_on = _date(terms, invoice_date, terms.due_days, terms.due_day)
    return TermDates(due_on or invoice_date, _date(terms, invoice_date, terms.discount_days, terms.discount_day))


def _date(terms: PayTerms, invoice_date: date, days: int | None, day: int | None) -> date | None:
    if days is not None:
        return invoice_date + timedelta(days=days)
    if day is None:
        return None
    rolled = terms.cutoff_day is not None and invoice_date.day > terms.cutoff_day
    index = invoice_date.year * 12 + invoice_date.month - 1 + (terms.roll_months if rolled else terms.roll_months - 1)
    year, month = index // 12, index % 12 + 1
    return date(year, month, min(day, monthrange(year, month)[1]))


def discount_too_early(invoice_date: date, discount_on: date | None) -> bool:
    """Whether the discount would end before the invoice begins: that warns, and offers nothing (section 2.10)."""
    return discount_on is not None and discount_on < invoice_date


def offers_discounts(company: ArCompany) -> bool:
    """Whether invoices carry discounts: the field is open, too, only then (receivables, section 2.11)."""
    return company.discount_mode == "invoices_and_receipts"


def discount_offered(
    company: ArCompany, terms: PayTerms | None, net: Decimal, retainage: Decimal, dates: tuple[date, date | None]
) -> Decimal:
    """The discount of a line: the terms' percentage of its amount before tax less its retainage without tax.

    `dates` are those of the invoice and of the end of its discount. Example: 2 % of 1,000.00 less 100.00 retainage is
    18.00. It is 0.00 where the company offers none on invoices, and where it would have ended before it begins.
    Source: receivables, sections 2.10, 2.11 and 2.14.
    """
    invoice_date, discount_on = dates
    if terms is None or discount_on is None or not offers_discounts(company):
        return ZERO
    if discount_too_early(invoice_date, discount_on):
        return ZERO
    return round_cents((net - retainage) * terms.discount_percent / _HUNDRED)
