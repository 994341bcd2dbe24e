"""The bodies of trials of credits."""

from services.receivables.schemas.credit_memos import CreditEntry
from shared.values.text import Line


class CreditTrialEntry(CreditEntry):
    """The body of a credit. `reason` may be left out, and so may `disposition` if a work order comes to zero."""

    reason: Line = ""
