"""The bodies of prints of invoices."""

from collections.abc import Sequence
from datetime import datetime

from pydantic import BaseModel

from services.receivables.rules.invoice_prints.prints import PrintFailure, PrintFile, PrintProgress, PrintStatus


class PrintRead(BaseModel):
    """A print and its progress. Prints are kept for a week. `failures` are the first 500 invoices that failed."""

    id: int
    status: PrintStatus
    requested_at: datetime
    invoices: int
    printed: int
    failed: int
    files: Sequence[PrintFile]
    failures: Sequence[PrintFailure]

    @classmethod
    def of(cls, progress: PrintProgress) -> "PrintRead":
        head = progress.head
        return cls(
            id=head.id,
            status=head.status,
            requested_at=head.requested_at,
            invoices=head.invoices,
            printed=head.printed,
            failed=head.failed,
            files=progress.files,
            failures=progress.failures,
        )
