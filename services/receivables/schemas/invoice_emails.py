"""Invoices sent by e-mail, on the wire."""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict

from services.receivables.rules.invoice_emails import Asked, EmailFilter
from services.receivables.rules.invoice_prints.prints import PrintSelection
from services.receivables.schemas.invoice_prints import PrintRequest
from shared.values.numbers import CompanyNumber, Id
from shared.values.text import NumberText

EmailStatus = Literal["waiting", "sent", "failed"]
_MOST_NAMED = 500


class EmailRequest(PrintRequest):
    """Which invoices to send to their customers: those of an export run, of a batch, or named ones. Give exactly one.

    What was sent to the same address before is sent again only with `again`.
    """

    again: bool = False

    def to_selection(self) -> PrintSelection:
        return PrintSelection(**self.model_dump(exclude={"again"}))


class LeftOutRead(BaseModel):
    """An invoice that is not sent: its customer has no address, or it was sent there before, or waits already."""

    model_config = ConfigDict(from_attributes=True)

    invoice_id: int
    number: str
    customer: str
    reason: Literal["NO_ADDRESS", "SENT_BEFORE"]


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


class EmailQuery(BaseModel):
    """The filters of the list of e-mails."""

    model_config = ConfigDict(extra="ignore")

    status: EmailStatus | None = None
    invoice_id: Id | None = None
    ar_company: CompanyNumber | None = None
    customer: NumberText | None = None

    def to_filter(self) -> EmailFilter:
        return EmailFilter(**self.model_dump())


class EmailRead(BaseModel):
    """An invoice on its way to an address: `due_at` says when it is tried next, `last_error` what the server said."""

    model_config = ConfigDict(from_attributes=True)

    id: int
    invoice_id: int
    invoice_number: str
    ar_company: int
    customer: str
    recipient: str
    again: bool
    status: EmailStatus
    attempts: int
    due_at: datetime
    last_error: str
    requested_by: str
    requested_at: datetime
    sent_at: datetime | None
