"""Owns batches: what they are, what may happen to them in each state, and what state follows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from services.receivables.errors import BatchBusy, BatchClosed, BatchEmpty, BatchNotValid, BatchRestricted

OPEN = "open"
VALIDATING = "validating"
ERRORS = "errors"
WARNINGS = "warnings"
VALID = "valid"
AWAITING_APPROVAL = "awaiting_approval"
POSTING = "posting"
POSTED = "posted"
CANCELLED = "cancelled"

RATING = "rating"
TYPED = frozenset({"ar_invoice", "write_off"})
"""Sources whose batches clerks type into."""

EDIT = "edit"
VALIDATE = "validate"
POST = "post"
APPROVE = "approve"
REJECT = "reject"
CLEAR = "clear"

RESTING = frozenset({OPEN, ERRORS, WARNINGS, VALID, AWAITING_APPROVAL})
_NEXT: Mapping[str, Mapping[str, str]] = {
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
class Batch:
    """A batch of a company and month, numbered there; `source` says who made it."""

    id: int
    ar_company: int
    month: str
    number: int
    source: str
    status: str
    restricted: bool
    run_id: int | None
    created_by: str
    created_at: datetime
    last_seq: int
    revision: int

    @property
    def title(self) -> str:
        return f"Batch {self.number} of {self.month}, company {self.ar_company},"


@dataclass(frozen=True)
class BatchRow(Batch):
    """A batch in a list, with what is in it: entries and their sum, posted transactions and their sum, and findings."""

    entries: int
    entered: Decimal
    transactions: int
    total: Decimal
    errors: int
    warnings: int


@dataclass(frozen=True)
class BatchFilter:
    """Which batches a list shows; None leaves a side open."""

    ar_company: int | None = None
    month: str | None = None
    source: str | None = None
    status: str | None = None
    created_by: str | None = None
    run_id: int | None = None


@dataclass(frozen=True)
class Finding:
    """What validation found: an `error` keeps the batch from being posted, a `warning` does not."""

    seq: int
    line: int | None
    field: str
    rule: str
    severity: str
    detail: str


def after(batch: Batch, deed: str) -> str:
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


def to_post(batch: Batch, entries: int, size: Decimal, four_eyes_limit: Decimal | None) -> str:
    """The state that follows when a batch is sent to be posted: over the four-eyes limit somebody else must approve it.

    `size` is the sum of its entries' amounts, without their signs. Raises BatchEmpty, and what `after` raises.
    """
    following = after(batch, POST)
    if entries == 0:
        raise BatchEmpty(f"{batch.title} has no entries.")
    if four_eyes_limit is not None and size > four_eyes_limit:
        return AWAITING_APPROVAL
    return following


def verdict(findings: Sequence[Finding]) -> str:
    """The state of a batch after its validation."""
    if any(one.severity == "error" for one in findings):
        return ERRORS
    return WARNINGS if findings else VALID


def require_welcome(batch: Batch, name: str, *, administrator: bool) -> None:
    """Raises BatchRestricted when the batch is for its creator alone, and this is neither him nor an administrator."""
    if batch.restricted and batch.created_by != name and not administrator:
        raise BatchRestricted(f"{batch.title} is restricted: {batch.created_by} and administrators may open it.")
