"""Owns the codes of misc. distributions."""

from datetime import date

from shared.values.columns import Code, FilledWords, Record
from shared.values.numbers import CompanyNumber


class MiscDistributionCode(Record):
    """What an amount of an invoice is kept apart for in reports; it never touches the GL."""

    ar_company: CompanyNumber
    code: Code
    description: FilledWords
    retired_on: date | None = None
