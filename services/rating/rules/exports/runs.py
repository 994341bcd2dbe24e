"""Owns export runs as they are shown to people."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, Literal

from services.rating.rules.draft_invoices import InvoiceKind
from services.rating.rules.exports.answers import Outcome
from shared.values.money import Money

RunStatus = Literal["preparing", "sending", "waiting", "waiting_for_posting", "done", "done_with_refusals"]


@dataclass(frozen=True)
class ExportRun:
    """A run and its progress, in invoices and in money: requested = exported + refused + in flight.

    `in_batch` counts the invoices in flight that wait in a batch in receivables until the batch is posted.
    """

    id: int
    status: RunStatus
    requested_by: str
    requested_at: datetime
    invoice_date: date
    month: str
    selection: dict[str, Any]
    invoices: int
    orders: int
    total: Money
    exported: int
    refused: int
    in_flight: int
    in_batch: int
    exported_total: Money
    refused_total: Money
    finished_at: datetime | None


def with_shown_status(run: ExportRun) -> ExportRun:
    """The run with the status that people see.

    A stored status `waiting` becomes `waiting_for_posting` if every invoice in flight is in a batch that a clerk still
    has to post. Source: rating, section 4.
    """
    posting = run.status == "waiting" and run.in_flight == run.in_batch > 0
    return replace(run, status="waiting_for_posting") if posting else run


@dataclass(frozen=True)
class RunInvoice:
    """One invoice of a run, with the answer from receivables."""

    invoice_id: int
    attempt: int
    kind: InvoiceKind
    branch: str
    bill_to: str
    ar_company: int
    orders: int
    total: Money
    outcome: Outcome
    reason: str
    detail: str
    ar_number: str | None
    ar_month: str | None
    ar_transaction: int | None
    ar_batch: int | None
    answered_at: datetime | None
