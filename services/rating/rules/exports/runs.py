"""Owns export runs as they are shown to people."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, Literal

from typing_extensions import TypedDict

from services.rating.rules.draft_invoices import InvoiceKind
from services.rating.rules.exports.answers import Outcome
from shared.values.money import Money

RunStatus = Literal["preparing", "sending", "waiting", "waiting_for_posting", "done", "done_with_refusals"]


MOST_LEFT_OUT = 200
"""A run names so many of the orders that were left out of it, and counts the others."""


class LeftOut(TypedDict):
    """An order that matched the selection of a run but could not be exported, and why."""

    number: str
    reason: str


@dataclass(frozen=True)
class ExportRun:
    """A run and its progress, in invoices and in money: requested = exported + refused + in flight.

    `in_batch` counts the invoices in flight that wait in a batch in receivables until the batch is posted. `left_out`
    counts the orders that matched the selection but could not be exported; `left_out_orders` names the first 200.
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
    left_out: int
    left_out_orders: Sequence[LeftOut]


@dataclass(frozen=True)
class ExportCheck:
    """What an export would take if it were started now, and what it would leave out. Nothing is started or locked."""

    invoices: int
    orders: int
    total: Money
    left_out: int
    left_out_orders: Sequence[LeftOut]


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
    bill_to_name: str | None
    ar_company: int
    orders: int
    total: Money
    outcome: Outcome
    reason: str
    detail: str
    ar_number: str | None
    ar_month: str | None
    ar_transaction: int | None
    ar_invoice_id: int | None
    ar_batch: int | None
    answered_at: datetime | None
