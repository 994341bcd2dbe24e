"""What waits for the caller: how much of it there is, and which list shows it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from services.receivables.rules.batches import BatchStatus
from shared.values.money import Money


@dataclass(frozen=True)
class Waiting:
    """How many things wait, their sum if they have amounts, and the path and query of the list that shows them."""

    count: int
    total: Money | None
    list: str


@dataclass(frozen=True)
class BatchesWaiting:
    """The batches that are neither posted nor cancelled, by status."""

    open: Waiting
    errors: Waiting
    warnings: Waiting
    valid: Waiting
    awaiting_approval: Waiting


@dataclass(frozen=True)
class ReceivablesWaiting:
    """What waits for the caller. A part is null if the caller may not see its list.

    Requests are those of others. A customer is over the limit if the open invoices that the caller may see are more.
    """

    batches: BatchesWaiting | None
    credit_requests: Waiting | None
    month_reopenings: Waiting | None
    customers_over_limit: Waiting | None
    emails_failed: Waiting | None


WaitingStatus = Literal["open", "errors", "warnings", "valid", "awaiting_approval"]


def batches_waiting(counts: Mapping[BatchStatus, int]) -> BatchesWaiting:
    """The batches by status."""

    def part(status: WaitingStatus) -> Waiting:
        return Waiting(counts.get(status, 0), None, f"/v1/batches?status={status}")

    return BatchesWaiting(part("open"), part("errors"), part("warnings"), part("valid"), part("awaiting_approval"))
