"""The bodies of posted invoices."""

from collections.abc import Sequence
from dataclasses import dataclass

from services.receivables.rules.entries.entries import MiscRow
from services.receivables.rules.invoice_orders import BilledOrder
from services.receivables.rules.invoices import (
    Amendment,
    DistributionRow,
    InvoiceHead,
    InvoiceHeader,
    InvoiceRow,
    InvoiceStatus,
    InvoiceWhole,
    LineRow,
)
from shared.values.fields import parts_of
from shared.values.money import ZERO, Money


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
class InvoiceRead(InvoiceHeader, InvoiceItem):
    """An invoice with all that was entered, its amendments, and everything they posted to the general ledger.

    The header is as the last change of the invoice itself left it, and so are the miscellaneous distributions.
    `retainage` and `discount` are the sums of its lines, with the parts of the tax.
    """

    retainage: Money
    discount: Money
    lines: Sequence[LineRow]
    misc_distributions: Sequence[MiscRow]
    amendments: Sequence[Amendment]
    distributions: Sequence[DistributionRow]
    orders: Sequence[BilledOrder]

    @classmethod
    def whole(cls, invoice: InvoiceWhole) -> "InvoiceRead":
        head, lines = invoice.head, invoice.lines
        return cls(
            **vars(InvoiceItem.of(head)),
            **parts_of(head, InvoiceHeader),
            retainage=sum((line.retainage + line.retainage_tax for line in lines), ZERO),
            discount=sum((line.discount + line.tax_discount for line in lines), ZERO),
            lines=lines,
            misc_distributions=invoice.misc_distributions,
            amendments=invoice.amendments,
            distributions=invoice.distributions,
            orders=invoice.orders,
        )
