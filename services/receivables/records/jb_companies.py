"""The companies of Job Billing."""

from shared.values.columns import FilledWords, Record
from shared.values.numbers import CompanyNumber


class JbCompany(Record):
    """A company that bills jobs in Job Billing, and the AR company that keeps its receivables."""

    number: CompanyNumber
    name: FilledWords
    ar_company: CompanyNumber
