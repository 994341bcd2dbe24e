"""Prints of many invoices: the selection, the progress, and how copies are marked."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from services.receivables.rules.invoice_prints.words import day_words
from shared.values.numbers import Id

INVOICES_PER_FILE = 250
KEPT_DAYS = 7
_PAUSES_SECONDS = (10, 60)

PrintStatus = Literal["printing", "done"]


class PrintSelection(BaseModel):
    """Which invoices to print: those of an export run, of a batch, or by id. Give exactly one of the three."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    run_id: Id | None = None
    batch_id: Id | None = None
    invoice_ids: list[Id] | None = Field(default=None, min_length=1, max_length=10_000)

    @model_validator(mode="after")
    def _one_choice(self) -> Self:
        if sum(one is not None for one in (self.run_id, self.batch_id, self.invoice_ids)) != 1:
            raise ValueError("must have exactly one of run_id, batch_id and invoice_ids")
        return self


@dataclass(frozen=True)
class InvoicePrint:
    """A print request. `invoices` is how many it has; `printed` and `failed` are how many are done."""

    id: int
    requested_by: str
    requested_at: datetime
    invoices: int
    printed: int
    failed: int

    @property
    def status(self) -> PrintStatus:
        return "done" if self.printed + self.failed >= self.invoices else "printing"


@dataclass(frozen=True)
class PrintFile:
    """A PDF that is ready, with its first and last invoice. Get it at `/invoice-prints/{print_id}/files/{file}`.

    `replaced` names the characters that no font has, such as `U+1F600`; the PDF shows � instead.
    """

    file: int
    invoices: int
    first_number: str
    last_number: str
    replaced: str


@dataclass(frozen=True)
class PrintFailure:
    """An invoice that could not be printed, and why. To try again, start a print of it."""

    invoice_id: int
    number: str
    reason: str


@dataclass(frozen=True)
class PrintProgress:
    """A print request with the files that are ready and the invoices that failed."""

    head: InvoicePrint
    files: Sequence[PrintFile]
    failures: Sequence[PrintFailure]


@dataclass(frozen=True)
class NextTry:
    """How a print continues after a setback: with at most so many invoices, at this time, after so many tries."""

    invoices: int
    tries: int
    due_at: datetime


def next_try(invoices: int, tries: int, at: datetime) -> NextTry | None:
    """How a print continues after a part of `invoices` invoices failed; None if its only invoice is given up.

    Half the part is tried next, until one invoice is left; that one is tried three times, with pauses of 10 s and a
    minute. Other prints come in between. Example: 250 invoices, then 125, 62, 31, 15, 7, 3, 1, 1, 1.
    """
    if invoices > 1:
        return NextTry(invoices // 2, 0, at)
    if tries >= len(_PAUSES_SECONDS):
        return None
    return NextTry(1, tries + 1, at + timedelta(seconds=_PAUSES_SECONDS[tries]))


Way = Literal["document", "print", "e_mail"]
DOCUMENT: Final = "document"
PRINT: Final = "print"
E_MAIL: Final = "e_mail"
PREVIEW = "Preview"
"""The mark on an invoice that is only viewed and was not printed yet."""


@dataclass(frozen=True)
class Printing:
    """One printing of an invoice: alone (`document`), in a `print` of many, or for an `e_mail`.

    All but the first are marked as copies.
    """

    printing: int
    way: Way
    printed_by: str
    printed_at: datetime


@dataclass(frozen=True)
class Printed:
    """When an invoice was first printed. `unchanged` says whether it is still the same as then."""

    invoice_id: int
    first_printed_at: datetime
    unchanged: bool


def mark_of(first_printed_on: date, *, unchanged: bool) -> str:
    """The mark on a reprint: it is a copy, or the invoice was changed after its first printing.

    Example: `Copy, first printed November 2, 2026`. Source: receivables, section 7.
    """
    return f"{'Copy' if unchanged else 'Changed'}, first printed {day_words(first_printed_on)}"
