"""Accounts receivable has not booked some invoices, with the reason for each; rating unlocks their orders."""

from enum import StrEnum
from typing import ClassVar
from uuid import UUID

from pydantic import Field

from shared.contracts.event import Event, Part


class RefusalReason(StrEnum):
    UNKNOWN_CUSTOMER = "UNKNOWN_CUSTOMER"
    INACTIVE_CUSTOMER = "INACTIVE_CUSTOMER"
    MONTH_CLOSED = "MONTH_CLOSED"
    DATE_FAR_FROM_MONTH = "DATE_FAR_FROM_MONTH"
    UNKNOWN_ACCOUNT = "UNKNOWN_ACCOUNT"
    TOTALS_DIFFER = "TOTALS_DIFFER"
    TOO_LARGE = "TOO_LARGE"
    NEGATIVE_TOTAL = "NEGATIVE_TOTAL"
    ALREADY_BOOKED = "ALREADY_BOOKED"
    HAND_OVER_CONFLICT = "HAND_OVER_CONFLICT"
    WITHDRAWN = "WITHDRAWN"
    REMOVED_IN_AR = "REMOVED_IN_AR"
    REJECTED = "REJECTED"


class RefusedInvoice(Part):
    """`reason` is one of `RefusalReason`; a reader shows a reason that it does not know unchanged."""

    invoice_id: int
    attempt: int
    reason: str
    detail: str


class InvoiceRefused(Event):
    """`run_uuid` is that of the run in receivables, if it has one."""

    service: ClassVar[str] = "receivables"

    run_id: int
    run_uuid: UUID | None = None
    ar_company: int
    invoices: tuple[RefusedInvoice, ...] = Field(min_length=1, max_length=500)
