"""What waits for the caller: how much of it there is, and which list shows it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field

from services.receivables.rules.batches import BatchStatus
from shared.values.waiting import WaitingPart


@dataclass(frozen=True)
class BatchesWaiting:
    """The batches that are neither posted nor cancelled, by status."""

    open: Annotated[WaitingPart, Field(description="Batches to validate.")]
    errors: Annotated[WaitingPart, Field(description="Batches with errors.")]
    warnings: Annotated[WaitingPart, Field(description="Validated batches with warnings.")]
    valid: Annotated[WaitingPart, Field(description="Validated batches without findings.")]
    awaiting_approval: Annotated[WaitingPart, Field(description="Batches over the four-eyes limit.")]


@dataclass(frozen=True)
class ReceivablesWaiting:
    """What waits for the caller. A part is null without the feature that its list needs."""

    batches: Annotated[BatchesWaiting | None, Field(description="Batches that are not posted, by status.")]
    credit_requests: Annotated[
        WaitingPart | None, Field(description="Credits that others requested and nobody has decided.")
    ]
    month_reopenings: Annotated[
        WaitingPart | None, Field(description="Reopenings of months that others requested and nobody has decided.")
    ]
    customers_over_limit: Annotated[
        WaitingPart | None,
        Field(description="Customers whose open invoices, those that you may see, exceed their credit limit."),
    ]
    emails_failed: Annotated[WaitingPart | None, Field(description="E-mails that were given up.")]


WaitingStatus = Literal["open", "errors", "warnings", "valid", "awaiting_approval"]


def batches_waiting(counts: Mapping[BatchStatus, int]) -> BatchesWaiting:
    """The batches by status."""

    def part(status: WaitingStatus) -> WaitingPart:
        return WaitingPart(counts.get(status, 0), None, f"batches?status={status}")

    return BatchesWaiting(part("open"), part("errors"), part("warnings"), part("valid"), part("awaiting_approval"))
