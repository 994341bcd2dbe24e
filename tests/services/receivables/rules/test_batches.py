"""What can be done with a batch in each status, and which status follows."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from services.receivables.errors import BatchBusy, BatchClosed, BatchEmpty, BatchNotValid, BatchRestricted
from services.receivables.rules.batches import (
    Batch,
    BatchOperation,
    BatchStatus,
    Finding,
    next_status,
    require_access,
    status_after_submission,
    status_after_validation,
)
from shared.errors import DomainError

MADE = datetime(2026, 11, 20, tzinfo=UTC)


def batch(status: BatchStatus, *, restricted: bool = False) -> Batch:
    return Batch(
        1,
        1,
        "2026-11",
        1,
        "ar_invoice",
        status,
        "",
        None,
        None,
        restricted,
        None,
        "ALAMO\\rita",
        MADE,
        None,
        None,
        0,
        1,
    )


IDLE: tuple[BatchStatus, ...] = ("open", "errors", "warnings", "valid", "awaiting_approval")
TABLE: list[tuple[BatchStatus, BatchOperation, BatchStatus | type[DomainError]]] = [
    *((status, "edit", "open") for status in IDLE),
    *((status, "validate", "validating") for status in IDLE),
    *((status, "clear", "cancelled") for status in IDLE),
    *((status, "post", "posting") for status in ("valid", "warnings")),
    *((status, "post", BatchNotValid) for status in ("open", "errors", "awaiting_approval")),
    ("awaiting_approval", "approve", "posting"),
    ("awaiting_approval", "reject", "open"),
    *((status, operation, BatchNotValid) for status in ("open", "valid") for operation in ("approve", "reject")),
    *(
        (status, operation, BatchBusy)
        for status in ("validating", "posting")
        for operation in ("edit", "validate", "post", "clear")
    ),
    *(
        (status, operation, BatchClosed)
        for status in ("posted", "cancelled")
        for operation in ("edit", "validate", "post", "clear")
    ),
]


@pytest.mark.parametrize(("status", "operation", "following"), TABLE)
def test_each_deed_leads_on_or_is_refused(
    status: BatchStatus, operation: BatchOperation, following: BatchStatus | type[DomainError]
) -> None:
    if isinstance(following, str):
        assert next_status(batch(status), operation) == following
        return
    with pytest.raises(following):
        next_status(batch(status), operation)


def test_findings_decide_the_status() -> None:
    warning = Finding(1, None, "customer", "CREDIT_LIMIT", "warning", "")
    error = Finding(1, 1, "amount", "LIMIT", "error", "")
    assert [status_after_validation(found) for found in ([], [warning], [warning, error])] == [
        "valid",
        "warnings",
        "errors",
    ]


@pytest.mark.parametrize(
    ("size", "limit", "following"),
    [("100.00", None, "posting"), ("100.00", "100.00", "posting"), ("100.01", "100.00", "awaiting_approval")],
)
def test_a_batch_over_the_limit_awaits_approval(size: str, limit: str | None, following: str) -> None:
    assert (
        status_after_submission(batch("valid"), 1, Decimal(size), None if limit is None else Decimal(limit))
        == following
    )
    with pytest.raises(BatchEmpty):
        status_after_submission(batch("valid"), 0, Decimal(0), None)


def test_only_its_creator_and_administrators_can_open_a_restricted_batch() -> None:
    require_access(batch("open"), "ALAMO\\other", administrator=False)
    require_access(batch("open", restricted=True), "ALAMO\\rita", administrator=False)
    require_access(batch("open", restricted=True), "ALAMO\\other", administrator=True)
    with pytest.raises(BatchRestricted):
        require_access(batch("open", restricted=True), "ALAMO\\other", administrator=False)
