"""The codes of miscellaneous distributions."""

from shared.values.columns import Code, FilledWords, Record
from shared.values.dates import CalendarDate
from shared.values.numbers import CompanyNumber


class MiscDistributionCode(Record):
    """A category of invoice amounts for reports. It never affects the GL."""

    ar_company: CompanyNumber
    code: Code
    description: FilledWords
    retired_on: CalendarDate | None = None
