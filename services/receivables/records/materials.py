"""Materials, which are sold by the unit."""

from shared.values.columns import Account, Code, FilledWords, Rate, Record
from shared.values.dates import CalendarDate
from shared.values.numbers import CompanyNumber


class Material(Record):
    """Something sold by the unit on invoices without a contract. `um` is the unit of measure, like `EA`."""

    ar_company: CompanyNumber
    code: Code
    description: FilledWords
    um: Code
    unit_price: Rate
    gl_account: Account
    retired_on: CalendarDate | None = None
