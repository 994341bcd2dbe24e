"""Invoices sent by e-mail, on the wire."""

from collections.abc import Sequence

from pydantic import BaseModel, ConfigDict

from services.receivables.rules.invoice_emails import Asked, NotSent
from services.receivables.rules.invoice_prints.prints import PrintSelection

_MOST_NAMED = 500


class EmailRequest(PrintSelection):
    """Which invoices to send to their customers: those of an export run, of a batch, or named ones. Give exactly one.

    What was sent to the same address before is sent again only with `again`.
    """

    again: bool = False


class LeftOutRead(BaseModel):
    """An invoice that is not sent: its customer has no address, or it was sent there before, or waits already."""

    model_config = ConfigDict(from_attributes=True)

    invoice_id: int
    number: str
    customer: str
    reason: NotSent


class EmailsAsked(BaseModel):
    """How many invoices wait now to be sent, and the first 500 that were left out."""

    waiting: int
    left_out_count: int
    left_out: list[LeftOutRead]

    @classmethod
    def of(cls, asked: Sequence[Asked]) -> "EmailsAsked":
        left_out = [one for one in asked if not one.waits]
        return cls(
            waiting=len(asked) - len(left_out),
            left_out_count=len(left_out),
            left_out=[LeftOutRead.model_validate(one) for one in left_out[:_MOST_NAMED]],
        )
