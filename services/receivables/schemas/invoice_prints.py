"""Prints of invoices, and when each was printed, on the wire."""

from collections.abc import Sequence
from datetime import datetime
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from services.receivables.rules.invoice_prints.prints import PrintFile, PrintProgress, PrintSelection, PrintStatus
from shared.values.numbers import Id


class PrintRequest(BaseModel):
    """Which invoices to print: those of an export run of rating, of a batch, or named ones. Give exactly one."""

    model_config = ConfigDict(extra="forbid")

    run_id: Id | None = None
    batch_id: Id | None = None
    invoice_ids: list[Id] | None = Field(default=None, min_length=1, max_length=10_000)

    @model_validator(mode="after")
    def _one_choice(self) -> Self:
        if sum(one is not None for one in (self.run_id, self.batch_id, self.invoice_ids)) != 1:
            raise ValueError("give one of run_id, batch_id and invoice_ids")
        return self

    def to_selection(self) -> PrintSelection:
        return PrintSelection(**self.model_dump())


class PrintRead(BaseModel):
    """A print and how far it is; it is kept for a week."""

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
