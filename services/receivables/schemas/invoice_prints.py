"""The bodies of prints of invoices."""

from collections.abc import Sequence
from datetime import datetime

from pydantic import BaseModel

from services.receivables.rules.invoice_prints.prints import PrintFile, PrintProgress, PrintStatus


class PrintRead(BaseModel):
    """A print and its progress. Prints are kept for a week."""

    id: int
    status: PrintStatus
    requested_at: datetime
    invoices: int
    printed: int
    files: Sequence[PrintFile]

    @classmethod
    def of(cls, progress: PrintProgress) -> "PrintRead":
        head = progress.head
        return cls(
            id=head.id,
            status=head.status,
            requested_at=head.requested_at,
            invoices=head.invoices,
            printed=head.printed,
            files=progress.files,
        )
