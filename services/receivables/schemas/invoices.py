"""The bodies of posted invoices."""

from collections.abc import Sequence
from dataclasses import dataclass

from services.receivables.rules.invoices import (
    Amendment,
    DistributionRow,
    InvoiceHead,
    InvoiceRow,
    InvoiceStatus,
    InvoiceWhole,
    LineRow,
)
from shared.values.fields import parts_of


@dataclass(frozen=True)
class InvoiceItem(InvoiceHead):
    """A posted invoice in a list.

    `total` is as the last change of the invoice itself left it, `applied` the sum of its adjustments, credits and
    write-offs, and `open` what is left.
    """

    status: InvoiceStatus

    @classmethod
    def of(cls, row: InvoiceRow) -> "InvoiceItem":
        return cls(**parts_of(row, InvoiceHead), status=row.status)


@dataclass(frozen=True)
class InvoiceRead(InvoiceItem):
    """An invoice with its lines, its amendments, and everything they posted to the general ledger."""

    lines: Sequence[LineRow]
    amendments: Sequence[Amendment]
    distributions: Sequence[DistributionRow]

    @classmethod
    def whole(cls, invoice: InvoiceWhole) -> "InvoiceRead":
        return cls(
            **vars(InvoiceItem.of(invoice.head)),
            lines=invoice.lines,
            amendments=invoice.amendments,
            distributions=invoice.distributions,
        )
