"""The bodies of invoices sent by e-mail."""

from collections.abc import Sequence

from pydantic import BaseModel, ConfigDict

from services.receivables.rules.invoice_emails import NotSent, SendOutcome
from services.receivables.rules.invoice_prints.prints import PrintSelection

_MAX_LISTED = 500


class EmailRequest(PrintSelection):
    """Which invoices to send to their customers: those of an export run, of a batch, or by id. Give exactly one.

    An invoice that was already sent to the same address is only sent a second time with `again`.
    """

    again: bool = False


class SkippedEmail(BaseModel):
    """An invoice that is not sent, because its customer has no address, or it was sent or is waiting already."""

    model_config = ConfigDict(from_attributes=True)

    invoice_id: int
    number: str
    customer: str
    reason: NotSent


class EmailsQueued(BaseModel):
    """How many invoices are waiting to be sent, and the first 500 that were skipped."""

    waiting: int
    left_out_count: int
    left_out: list[SkippedEmail]

    @classmethod
    def of(cls, outcomes: Sequence[SendOutcome]) -> "EmailsQueued":
        skipped = [outcome for outcome in outcomes if not outcome.queued]
        return cls(
            waiting=len(outcomes) - len(skipped),
            left_out_count=len(skipped),
            left_out=[SkippedEmail.model_validate(outcome) for outcome in skipped[:_MAX_LISTED]],
        )
