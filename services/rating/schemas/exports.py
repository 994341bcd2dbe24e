"""Exports on the wire."""

from datetime import date

from pydantic import BaseModel, ConfigDict, Field

from services.rating.rules.exports.claim import EVERYTHING_READY, Ids, Selection
from shared.clock import month_of
from shared.values.dates import Day
from shared.values.money import Money
from shared.values.text import MonthText


class InvoiceDating(BaseModel):
    """When the invoice is dated."""

    model_config = ConfigDict(extra="forbid")

    invoice_date: Day | None = Field(default=None, description="Today at the company, if left out.")
    month: MonthText | None = Field(default=None, description="That of the invoice date, if left out.")

    def dated(self, today: date) -> tuple[date, str]:
        """The invoice date and the month."""
        invoice_date = self.invoice_date or today
        return invoice_date, self.month or month_of(invoice_date)


class ExportRequest(InvoiceDating):
    """What to export, dated when; `expected_*` is what was seen, and refuses the export when it has changed."""

    selection: Selection = EVERYTHING_READY
    expected_orders: int | None = Field(default=None, ge=0, le=1_000_000_000)
    expected_total: Money | None = None


class WithdrawalRequest(BaseModel):
    """Which invoices of the run to withdraw; all that wait, if none are named."""

    model_config = ConfigDict(extra="forbid")

    invoice_ids: Ids | None = None


class Withdrawn(BaseModel):
    """How many invoices waited and were asked back; their answers come to the run like any other."""

    requested: int
