"""Owns prints of many invoices: what was chosen, and how far it is."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

INVOICES_PER_FILE = 250
KEPT_DAYS = 7


@dataclass(frozen=True)
class PrintSelection:
    """Which invoices are printed; exactly one side is given."""

    run_id: int | None = None
    batch_id: int | None = None
    invoice_ids: Sequence[int] | None = None


@dataclass(frozen=True)
class InvoicePrint:
    """A request to print; of its `invoices` so many are `printed`."""

    id: int
    requested_by: str
    requested_at: datetime
    invoices: int
    printed: int

    @property
    def status(self) -> str:
        return "done" if self.printed >= self.invoices else "printing"


@dataclass(frozen=True)
class PrintFile:
    """One PDF of a print, with the first and the last invoice in it."""

    file: int
    invoices: int
    first_number: str
    last_number: str


@dataclass(frozen=True)
class PrintProgress:
    head: InvoicePrint
    files: Sequence[PrintFile]
