"""Owns batches: what they are, what may happen to them in each state, and what state follows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Final, Literal

from pydantic import Field

from services.receivables.errors import BatchBusy, BatchClosed, BatchEmpty, BatchNotValid, BatchRestricted
from shared.values.filters import Filter
from shared.values.money import Money
from shared.values.numbers import CompanyNumber, Id
from shared.values.text import FilledLine, MonthText

BatchStatus = Literal[
    "open", "validating", "errors", "warnings", "valid", "awaiting_approval", "posting", "posted", "cancelled"
]
OPEN: Final = "open"
VALIDATING: Final = "validating"
ERRORS: Final = "errors"
WARNINGS: Final = "warnings"
VALID: Final = "valid"
AWAITING_APPROVAL: Final = "awaiting_approval"
POSTING: Final = "posting"
POSTED: Final = "posted"
CANCELLED: Final = "cancelled"

BatchSource = Literal["ar_invoice", "rating", "receipts", "finance_charge", "write_off", "retainage"]
RATING: Final = "rating"
TYPED = frozenset({"ar_invoice", "write_off"})
"""Sources whose batches clerks type into."""

Deed = Literal["edit", "validate", "post", "approve", "reject", "clear"]
EDIT: Final = "edit"
VALIDATE: Final = "validate"
POST: Final = "post"
APPROVE: Final = "approve"
REJECT: Final = "reject"
CLEAR: Final = "clear"

Severity = Literal["error", "warning"]

RESTING: frozenset[BatchStatus] = frozenset({OPEN, ERRORS, WARNINGS, VALID, AWAITING_APPROVAL})
_NEXT: Mapping[Deed, Mapping[BatchStatus, BatchStatus]] = {
    EDIT: dict.fromkeys(RESTING, OPEN),
    VALIDATE: dict.fromkeys(RESTING, VALIDATING),
    POST: {VALID: POSTING, WARNINGS: POSTING},
    APPROVE: {AWAITING_APPROVAL: POSTING},
    REJECT: {AWAITING_APPROVAL: OPEN},
    CLEAR: dict.fromkeys(RESTING, CANCELLED),
}
_WORDS = {
    EDIT: "changed",
    VALIDATE: "validated",
    POST: "posted",
    APPROVE: "approved",
    REJECT: "rejected",
    CLEAR: "cleared",
}


@dataclass(frozen=True)
class BatchHead:
    """A batch of a company and month, numbered there; `source` says who made it."""

    id: int
    ar_company: int
    month: str
    number: int
    source: BatchSource
    status: BatchStatus
    restricted: bool
    run_id: int | None
    created_by: str
    created_at: datetime
    revision: int

    @property
    def title(self) -> str:
        return f"Batch {self.number} of {self.month}, company {self.ar_company},"


@dataclass(frozen=True)
class Batch(BatchHead):
    """A batch that is worked on: its entries are numbered up to `last_seq`."""

    last_seq: int


@dataclass(frozen=True)
class BatchRow(BatchHead):
    """A batch: `entered` is the sum of its entries, `total` the sum of what is posted; findings by severity."""

    entries: int
    entered: Money
    errors: int
    warnings: int
    transactions: int
    total: Money


class BatchFilter(Filter):
    """Which batches a list shows."""

    ar_company: CompanyNumber | None = None
    month: MonthText | None = None
    source: BatchSource | None = None
    status: BatchStatus | None = None
    created_by: FilledLine | None = Field(default=None, description="The name of who made it, as `DOMAIN\\name`.")
    run_id: Id | None = Field(default=None, description="The export run whose invoices it holds.")


@dataclass(frozen=True)
class Finding:
    """What was found: `seq` 0 is the batch itself. An error keeps it from being posted, a warning does not."""

    seq: int
    line: int | None
    field: str
    rule: str
    severity: Severity
    detail: str


def after(batch: Batch, deed: Deed) -> BatchStatus:
    """The state that follows when somebody edits, validates, posts, approves, rejects or clears a batch.

    An edit after a validation or while it awaits approval puts it back to open. Raises BatchBusy while it is being
    validated or posted, BatchClosed once it is posted or cancelled, BatchNotValid for a posting without a validation.
    Source: receivables, section 3.
    """
    following = _NEXT[deed].get(batch.status)
    if following is not None:
        return following
    if batch.status in {VALIDATING, POSTING}:
        raise BatchBusy(f"{batch.title} is {batch.status} right now; it cannot be {_WORDS[deed]}.")
    if batch.status in {POSTED, CANCELLED}:
        raise BatchClosed(f"{batch.title} is {batch.status}; it cannot be {_WORDS[deed]} any more.")
    if deed == POST:
        wrong = (
            "has errors: mend them and validate it again" if batch.status == ERRORS else "is not validated as it is now"
        )
        raise BatchNotValid(f"{batch.title} {wrong}.")
    raise BatchNotValid(f"{batch.title} does not await approval.")


def to_post(batch: Batch, entries: int, size: Decimal, four_eyes_limit: Decimal | None) -> BatchStatus:
    """The state that follows when a batch is sent to be posted: over the four-eyes limit somebody else must approve it.

    `size` is the sum of its entries' amounts, without their signs. Raises BatchEmpty, and what `after` raises.
    """
    following = after(batch, POST)
    if entries == 0:
        raise BatchEmpty(f"{batch.title} has no entries.")
    if four_eyes_limit is not None and size > four_eyes_limit:
        return AWAITING_APPROVAL
    return following


def verdict(findings: Sequence[Finding]) -> BatchStatus:
    """The state of a batch after its validation."""
    if any(one.severity == "error" for one in findings):
        return ERRORS
    return WARNINGS if findings else VALID


def require_welcome(batch: BatchHead, name: str, *, administrator: bool) -> None:
    """Raises BatchRestricted when the batch is for its creator alone, and this is neither him nor an administrator."""
    if batch.restricted and batch.created_by != name and not administrator:
        raise BatchRestricted(f"{batch.title} is restricted: {batch.created_by} and administrators may open it.")
