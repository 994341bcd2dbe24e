"""Tax codes as they are set up. The calculation of tax is in rules/tax.py."""

from shared.values.columns import Account, Code, FilledWords, Percent, Record
from shared.values.dates import CalendarDate
from shared.values.numbers import CompanyNumber


class TaxCode(Record):
    """A sales tax. `rate` is a percentage, like `8.25`."""

    ar_company: CompanyNumber
    code: Code
    description: FilledWords
    rate: Percent
    tax_payable_account: Account
    retainage_tax_account: Account
    retired_on: CalendarDate | None = None
