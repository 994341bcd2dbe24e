"""Owns prints of many invoices: what was chosen, and how far it is; and what reprints say of themselves."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final, Literal

INVOICES_PER_FILE = 250
KEPT_DAYS = 7

PrintStatus = Literal["printing", "done"]


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
    def status(self) -> PrintStatus:
        return "done" if self.printed >= self.invoices else "printing"


@dataclass(frozen=True)
class PrintFile:
    """A PDF that is ready, with the first and the last invoice in it: `GET /invoice-prints/{print_id}/files/{file}`."""

    file: int
    invoices: int
    first_number: str
    last_number: str


@dataclass(frozen=True)
class PrintProgress:
    head: InvoicePrint
    files: Sequence[PrintFile]


Way = Literal["document", "print", "e_mail"]
DOCUMENT: Final = "document"
PRINT: Final = "print"
E_MAIL: Final = "e_mail"
PREVIEW = "Preview"
"""What an invoice says of itself that is only looked at and was not printed yet."""


@dataclass(frozen=True)
class Printing:
    """A time that an invoice was printed: alone (`document`), in a `print` of many, or for an `e_mail`. The first is no copy."""

    printing: int
    way: Way
    printed_by: str
    printed_at: datetime


@dataclass(frozen=True)
class Printed:
    """That an invoice was printed before: when for the first time, and whether as it is now."""

    invoice_id: int
    first_printed_at: datetime
    as_it_is: bool


def mark_of(first_printed_on: date, *, as_it_is: bool) -> str:
    """What a reprint says of itself: that it is a copy, or that the invoice was changed after its first print.

    Source: receivables, section 7.
    """
    return f"{'Copy' if as_it_is else 'Changed'}, first printed {first_printed_on}"
