"""Owns prints of many invoices: what was chosen, and how far it is; and what reprints say of themselves."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

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


DOCUMENT = "document"
PRINT = "print"
E_MAIL = "e_mail"
PREVIEW = "Preview"
"""What an invoice says of itself that is only looked at and was not printed yet."""


@dataclass(frozen=True)
class Printing:
    """A time that an invoice was printed: alone (`document`), in a `print` of many, or for an `e_mail`."""

    printing: int
    way: str
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
