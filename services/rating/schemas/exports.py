"""Exports in bodies."""

from datetime import date

from pydantic import BaseModel, ConfigDict, Field

from services.rating.rules.exports.claim import EVERYTHING_READY, Ids, Selection
from shared.clock import month_of
from shared.values.dates import CalendarDate
from shared.values.money import EnteredSum
from shared.values.text import MonthText


class InvoiceDating(BaseModel):
    """The date and the month of the invoices."""

    model_config = ConfigDict(extra="forbid")

    invoice_date: CalendarDate | None = Field(
        default=None, description="If left out, today in the company's time zone."
    )
    month: MonthText | None = Field(default=None, description="If left out, the month of the invoice date.")

    def dated(self, today: date) -> tuple[date, str]:
        """Returns the invoice date and the month, `YYYY-MM`."""
        invoice_date = self.invoice_date or today
        return invoice_date, self.month or month_of(invoice_date)


class ExportRequest(InvoiceDating):
    """What to export, and with which date.

    `expected_orders` and `expected_total` are what the clerk saw. If the selection has changed, the export is refused.
    """

    selection: Selection = EVERYTHING_READY
    expected_orders: int | None = Field(default=None, ge=0, le=1_000_000_000)
    expected_total: EnteredSum | None = None


class WithdrawalRequest(BaseModel):
    """Which invoices of the run to withdraw. If they are left out, all that have no answer yet."""

    model_config = ConfigDict(extra="forbid")

    invoice_ids: Ids | None = None


class Withdrawn(BaseModel):
    """How many invoices had no answer yet and are being withdrawn. The run shows the answers when they arrive."""

    requested: int
