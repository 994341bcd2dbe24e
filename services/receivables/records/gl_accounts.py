"""GL accounts."""

from shared.values.columns import Account, FilledWords, Record
from shared.values.numbers import CompanyNumber
from shared.values.text import YesNo


class GlAccount(Record):
    """An account of the general ledger. One that is not active accepts no postings."""

    gl_company: CompanyNumber
    account: Account
    name: FilledWords
    active: YesNo = True
