"""Owns export runs as people watch them."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

FINISHED = frozenset({"done", "done_with_refusals"})


@dataclass(frozen=True)
class Run:
    """An export run with its progress: counts of invoices and sums of their totals; of those without an answer
    `in_batch` wait in a batch of receivables.
    """

    id: int
    status: str
    requested_by: str
    requested_at: datetime
    invoice_date: date
    month: str
    selection: dict[str, Any]
    invoices: int
    orders: int
    total: Decimal
    exported: int
    refused: int
    exported_total: Decimal
    refused_total: Decimal
    finished_at: datetime | None
    in_batch: int = 0

    @property
    def in_flight(self) -> int:
        return self.invoices - self.exported - self.refused

    @property
    def state(self) -> str:
        """The status as people see it: `waiting_for_posting` when nothing is missing but somebody who posts a batch.

        Source: rating, section 4.
        """
        if self.status == "waiting" and self.in_flight == self.in_batch > 0:
            return "waiting_for_posting"
        return self.status


@dataclass(frozen=True)
class RunInvoice:
    """One invoice of a run and what became of it."""

    invoice_id: int
    attempt: int
    kind: str
    branch: str
    bill_to: str
    ar_company: int
    orders: int
    total: Decimal
    outcome: str
    reason: str
    detail: str
    ar_number: str | None
    ar_month: str | None
    ar_transaction: int | None
    ar_batch: int | None
    answered_at: datetime | None
