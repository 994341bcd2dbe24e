"""Owns prints of many invoices: what was chosen, and how far it is; and what reprints say of themselves."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from shared.values.numbers import Id

INVOICES_PER_FILE = 250
KEPT_DAYS = 7

PrintStatus = Literal["printing", "done"]


class PrintSelection(BaseModel):
    """Which invoices to print: those of an export run of rating, of a batch, or named ones. Give exactly one."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    run_id: Id | None = None
    batch_id: Id | None = None
    invoice_ids: list[Id] | None = Field(default=None, min_length=1, max_length=10_000)

    @model_validator(mode="after")
    def _one_choice(self) -> Self:
        if sum(one is not None for one in (self.run_id, self.batch_id, self.invoice_ids)) != 1:
            raise ValueError("give one of run_id, batch_id and invoice_ids")
        return self


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
