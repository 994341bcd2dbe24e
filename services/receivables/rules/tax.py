"""Owns sales tax: reckoned once per line, and what becomes of it while a part of the line is retained."""

from dataclasses import dataclass
from decimal import Decimal

from services.receivables.records.ar_companies import ArCompany
from shared.values.money import ZERO, round_cents

_HUNDRED = Decimal(100)
FULL = "full"
DISTRIBUTE = "distribute"
OFF = "off"


def tax_on(basis: Decimal, rate: Decimal) -> Decimal:
    """The tax on a basis at a rate in percent, rounded half up once: 8.25 % of 95.00 is 7.84."""
    return round_cents(basis * rate / _HUNDRED)


def tax_discount(company: ArCompany, discount: Decimal, rate: Decimal) -> Decimal:
    """The discount on the tax that goes with a discount, where the company allows it: 5 % of 18.00 is 0.90.

    Source: receivables, section 2.11.
    """
    return tax_on(discount, rate) if company.allow_tax_discount else ZERO


@dataclass(frozen=True, slots=True)
class LineTax:
    """The tax of a line. `tax` is all that is owed when it is posted, in the line's amount; `retainage_tax` the part of
    it that is held back with the retainage, and `later` what is taxed only when the retainage is released.
    """

    tax: Decimal
    retainage_tax: Decimal
    later: Decimal


def tax_line(basis: Decimal, rate: Decimal, net: Decimal, retainage: Decimal, option: str) -> LineTax:
    """The tax of a line whose net amount holds `retainage`, by the company's option for tax on retainage.

    For net 1,000.00, tax 5 %, retainage 100.00: `full` and `distribute` tax 50.00, of which 5.00 are held back; `off`
    taxes 45.00 now and 5.00 later. The tax is rounded once for the line, and its retained part once: the three options
    give the same tax in the end. Source: receivables, sections 2.14 and 3.
    """
    whole = tax_on(basis, rate)
    retained = tax_on(basis * retainage / net, rate) if net else ZERO
    if option == OFF:
        return LineTax(whole - retained, ZERO, retained)
    return LineTax(whole, retained, ZERO)


@dataclass(frozen=True, slots=True)
class Release:
    """What the release of retainage posts: debits to AR and retainage tax, credits to retainage, retainage tax and tax.

    Each amount keeps the side of its name when it is positive; debits and credits are equal.
    """

    receivable_debit: Decimal
    retainage_credit: Decimal
    tax_credit: Decimal
    retainage_tax_debit: Decimal


def release(retainage: Decimal, tax: Decimal, option: str) -> Release:
    """The GL amounts of a release of net `retainage` with its `tax` (held back, or for `off` owed only now).

    For 100.00 with 5.00: `full`: AR 105 / retainage 105. `distribute`: AR 105, retainage tax 5 / retainage 105, tax 5.
    `off`: AR 105 / retainage 100, tax 5. Source: receivables, section 2.14.
    """
    held = retainage if option == OFF else retainage + tax
    return Release(
        receivable_debit=retainage + tax,
        retainage_credit=held,
        tax_credit=ZERO if option == FULL else tax,
        retainage_tax_debit=tax if option == DISTRIBUTE else ZERO,
    )
