"""Pay terms: when an invoice is due, and which discount it offers until when."""

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
    """When an invoice is due, and the last day of its discount; None if it offers none."""

    due_on: date
    discount_on: date | None


def term_dates(terms: PayTerms | None, invoice_date: date) -> TermDates:
    """The dates of an invoice by its terms. Without terms it is due on its own date.

    For a day of the month, the month is `roll_months` ahead if the invoice is dated after the cutoff day, and one month
    less otherwise. Without a cutoff day no invoice is after it. If the month does not have the day, its last day
    counts. Example with due day 30, discount day 10, cutoff day 20 and one month to roll: an invoice of 2009-02-05
    offers its discount until 2009-02-10 and is due 2009-02-28; one of 2009-02-21, until 2009-03-10 and due 2009-03-30.
    No date is later than the last one of the calendar, which old rows and events may be close to.
    Source: receivables, section 2.10.
    """
    if terms is None:
        return TermDates(invoice_date, None)
    due_on = _date(terms, invoice_date, terms.due_days, terms.due_day)
    return TermDates(due_on or invoice_date, _date(terms, invoice_date, terms.discount_days, terms.discount_day))


def _date(terms: PayTerms, invoice_date: date, days: int | None, day: int | None) -> date | None:
    if days is not None:
        return invoice_date + min(timedelta(days=days), date.max - invoice_date)
    if day is None:
        return None
    rolled = terms.cutoff_day is not None and invoice_date.day > terms.cutoff_day
    index = invoice_date.year * 12 + invoice_date.month - 1 + (terms.roll_months if rolled else terms.roll_months - 1)
    year, month = index // 12, index % 12 + 1
    if year > date.max.year:
        return date.max
    return date(year, month, min(day, monthrange(year, month)[1]))


def discount_too_early(invoice_date: date, discount_on: date | None) -> bool:
    """Whether the discount would end before the invoice date, so that none is offered (receivables, section 2.10)."""
    return discount_on is not None and discount_on < invoice_date


def offers_discounts(company: ArCompany) -> bool:
    """Whether the company offers discounts on invoices (receivables, section 2.11)."""
    return company.discount_mode == "invoices_and_receipts"


def discount_offered(
    company: ArCompany, terms: PayTerms | None, net: Decimal, retainage: Decimal, dates: tuple[date, date | None]
) -> Decimal:
    """The discount on a line: a percentage of its net amount less its net retainage.

    `dates` are the invoice date and the last day of the discount. The discount is 0.00 if the company offers none on
    invoices, or if it would end before the invoice date.
    Example: 2 % of 1,000.00 less 100.00 retainage is 18.00. Source: receivables, sections 2.10, 2.11 and 2.14.
    """
    invoice_date, discount_on = dates
    if terms is None or discount_on is None or not offers_discounts(company):
        return ZERO
    if discount_too_early(invoice_date, discount_on):
        return ZERO
    return round_cents((net - retainage) * terms.discount_percent / _HUNDRED)
