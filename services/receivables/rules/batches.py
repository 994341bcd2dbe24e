"""Batches: what can be done with them in each state, and which state follows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Final, Literal

from pydantic import Field

from services.receivables.errors import BatchBusy, BatchClosed, BatchEmpty, BatchNotValid, BatchRestricted
from shared.values.filters import Filter
from shared.values.money import Money
from shared.values.numbers import CompanyNumber, Id
from shared.values.text import FilledLine, MonthText, sentence_case

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
"""Sources whose batches clerks enter themselves."""

BatchOperation = Literal["edit", "validate", "post", "approve", "reject", "clear"]
EDIT: Final = "edit"
VALIDATE: Final = "validate"
POST: Final = "post"
APPROVE: Final = "approve"
REJECT: Final = "reject"
CLEAR: Final = "clear"

Severity = Literal["error", "warning"]

IDLE: frozenset[BatchStatus] = frozenset({OPEN, ERRORS, WARNINGS, VALID, AWAITING_APPROVAL})
_NEXT: Mapping[BatchOperation, Mapping[BatchStatus, BatchStatus]] = {
    EDIT: dict.fromkeys(IDLE, OPEN),
    VALIDATE: dict.fromkeys(IDLE, VALIDATING),
    POST: {VALID: POSTING, WARNINGS: POSTING},
    APPROVE: {AWAITING_APPROVAL: POSTING},
    REJECT: {AWAITING_APPROVAL: OPEN},
    CLEAR: dict.fromkeys(IDLE, CANCELLED),
}
_PARTICIPLES = {
    EDIT: "changed",
    VALIDATE: "validated",
    POST: "posted",
    APPROVE: "approved",
    REJECT: "rejected",
    CLEAR: "cleared",
}


@dataclass(frozen=True)
class BatchHead:
    """A batch. Its number is unique within its company and month; `source` says how it was created."""

    id: int
    ar_company: int
    month: str
    number: int
    source: BatchSource
    status: BatchStatus
    description: str
    control_total: Annotated[Money | None, Field(description="What the entries should add up to.")]
    control_count: Annotated[int | None, Field(description="How many entries there should be.")]
    restricted: bool
    run_id: int | None
    created_by: str
    created_at: datetime
    changed_by: str | None
    changed_at: datetime | None
    revision: int

    @property
    def name(self) -> str:
        """What the batch is called within a sentence."""
        return f"batch {self.number} of {self.month} in company {self.ar_company}"

    @property
    def title(self) -> str:
        """What the batch is called at the beginning of a sentence."""
        return sentence_case(self.name)


@dataclass(frozen=True)
class Batch(BatchHead):
    """A batch to work on. Its entries are numbered up to `last_seq`."""

    last_seq: int


@dataclass(frozen=True)
class BatchRow(BatchHead):
    """A batch in a list. `entered` is the sum of its entries, `total` the sum of what it posted.

    `errors` and `warnings` count its findings.
    """

    entries: int
    entered: Money
    errors: int
    warnings: int
    transactions: int
    total: Money


@dataclass(frozen=True)
class BatchDetails:
    """What clerks can say and change about a batch; see BatchHead."""

    description: str = ""
    control_total: Decimal | None = None
    control_count: int | None = None
    restricted: bool = False


class BatchFilter(Filter):
    """The filters of the list of batches."""

    ar_company: CompanyNumber | None = None
    month: MonthText | None = None
    source: BatchSource | None = None
    status: list[BatchStatus] | None = Field(default=None, description="One or several; repeat the parameter.")
    created_by: FilledLine | None = Field(default=None, description="The creator's user name, as `DOMAIN\\name`.")
    mine: bool | None = Field(default=None, description="Whether you created the batch.")
    run_id: Id | None = Field(default=None, description="The export run whose invoices are in the batch.")


@dataclass(frozen=True)
class Finding:
    """Something that validation reports; `seq` 0 is the batch itself. Errors block posting, warnings do not."""

    seq: int
    line: int | None
    field: str
    rule: str
    severity: Severity
    detail: str


@dataclass(frozen=True)
class FindingTotals:
    """How many errors and warnings a batch has."""

    errors: int
    warnings: int


def next_status(batch: Batch, operation: BatchOperation) -> BatchStatus:
    """The state that follows when someone edits, validates, posts, approves, rejects or clears a batch.

    A batch that is edited after its validation, or while it awaits approval, is open again.

    Raises BatchBusy while the batch is being validated or posted, BatchClosed if it is posted or cancelled, and
    BatchNotValid to post a batch that is not validated. Source: receivables, section 3.
    """
    following = _NEXT[operation].get(batch.status)
    if following is not None:
        return following
    if batch.status in {VALIDATING, POSTING}:
        doing = "validated" if batch.status == VALIDATING else "posted"
        raise BatchBusy(
            f"{batch.title} is being {doing}, so it cannot be {_PARTICIPLES[operation]} now. Try again shortly."
        )
    if batch.status in {POSTED, CANCELLED}:
        raise BatchClosed(f"{batch.title} is {batch.status} and cannot be {_PARTICIPLES[operation]} any more.")
    if operation == POST and batch.status == ERRORS:
        raise BatchNotValid(f"{batch.title} has errors. Fix them, validate the batch again, then post it.")
    if operation == POST:
        raise BatchNotValid(f"{batch.title} has changed since its last validation. Validate it, then post it.")
    raise BatchNotValid(f"{batch.title} does not await approval.")


def status_after_submission(batch: Batch, entries: int, size: Decimal, four_eyes_limit: Decimal | None) -> BatchStatus:
    """The state that follows when a batch is submitted for posting. Over the four-eyes limit it needs an approval.

    `size` is the sum of the absolute amounts of its entries. Example: with a limit of 500.00, a batch of an invoice of
    300.00 and a credit of −250.00 has the size 550.00 and awaits approval. Also raises BatchEmpty.
    """
    following = next_status(batch, POST)
    if entries == 0:
        raise BatchEmpty(f"{batch.title} has no entries. Add one before you post it.")
    if four_eyes_limit is not None and size > four_eyes_limit:
        return AWAITING_APPROVAL
    return following


def status_after_validation(findings: Sequence[Finding]) -> BatchStatus:
    """The state of a batch after its validation."""
    if any(finding.severity == "error" for finding in findings):
        return ERRORS
    return WARNINGS if findings else VALID


def require_access(batch: BatchHead, name: str, *, administrator: bool) -> None:
    """Raises BatchRestricted if the batch is restricted and the user is neither its creator nor an administrator."""
    if batch.restricted and batch.created_by != name and not administrator:
        raise BatchRestricted(f"{batch.title} is restricted. Only {batch.created_by} and administrators can open it.")
