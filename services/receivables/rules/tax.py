"""Sales tax: calculated once per line, and what happens to it while retainage is held back."""

from dataclasses import dataclass
from decimal import Decimal

from services.receivables.records.ar_companies import ArCompany
from shared.values.fields import light
from shared.values.money import ZERO, round_cents

_HUNDRED = Decimal(100)
FULL = "full"
DISTRIBUTE = "distribute"
OFF = "off"


def tax_on(basis: Decimal, rate: Decimal) -> Decimal:
    """The tax on a basis at a rate in percent, rounded half up once. Example: 8.25 % of 95.00 is 7.84."""
    return round_cents(basis * rate / _HUNDRED)


def tax_discount(company: ArCompany, discount: Decimal, rate: Decimal) -> Decimal:
    """The discount on the tax of a line with this discount, or 0.00 if the company allows none.

    Example: a discount of 18.00 at a tax rate of 5 % gives 0.90. Source: receivables, section 2.11.
    """
    return tax_on(discount, rate) if company.allow_tax_discount else ZERO


@light
@dataclass(frozen=True, slots=True)
class LineTax:
    """The tax of a line.

    `tax` is owed on posting and is part of the line's amount. `retainage_tax` is the part of it that is held back with
    the retainage. `later` is the tax that is owed only when the retainage is released.
    """

    tax: Decimal
    retainage_tax: Decimal
    later: Decimal


def tax_line(basis: Decimal, rate: Decimal, net: Decimal, retainage: Decimal, option: str) -> LineTax:
    """The tax of a line whose net amount includes `retainage`, by the company's option for tax on retainage.

    Example: for net 1,000.00, tax 5 % and retainage 100.00, `full` and `distribute` give a tax of 50.00, of which 5.00
    is held back; `off` gives 45.00 now and 5.00 later. The tax of the line and its retained part are each rounded once,
    so all three options give the same tax in the end. Source: receivables, sections 2.14 and 3.
    """
    whole = tax_on(basis, rate)
    retained = tax_on(basis * retainage / net, rate) if net and retainage else ZERO
    if option == OFF:
        return LineTax(whole - retained, ZERO, retained)
    return LineTax(whole, retained, ZERO)


@dataclass(frozen=True, slots=True)
class Release:
    """What a release of retainage posts. Positive amounts are on the side in their name; debits equal credits."""

    receivable_debit: Decimal
    retainage_credit: Decimal
    tax_credit: Decimal
    retainage_tax_debit: Decimal


def release(retainage: Decimal, tax: Decimal, option: str) -> Release:
    """The GL amounts of a release of net `retainage` with its `tax`, which was held back or, for `off`, is owed now.

    Example: for 100.00 with tax 5.00, `full` debits AR 105.00 and credits retainage 105.00. `distribute` also debits
    retainage tax 5.00 and credits tax 5.00. `off` debits AR 105.00 and credits retainage 100.00 and tax 5.00.
    Source: receivables, section 2.14.
    """
    held = retainage if option == OFF else retainage + tax
    return Release(
        receivable_debit=retainage + tax,
        retainage_credit=held,
        tax_credit=ZERO if option == FULL else tax,
        retainage_tax_debit=tax if option == DISTRIBUTE else ZERO,
    )
