"""The tables of receivables, as Alembic compares them with the migrations, which add checks, triggers and grants."""

from services.receivables.models import (
    batches,
    company_logos,
    credit_requests,
    customers,
    entries,
    exported_invoices,
    invoice_emails,
    invoice_prints,
    invoice_templates,
    month_reopenings,
    posting,
    reconciliation_runs,
    records,
)
from services.receivables.models.table import Table

__all__ = [
    "batches",
    "company_logos",
    "credit_requests",
    "customers",
    "entries",
    "exported_invoices",
    "invoice_emails",
    "invoice_prints",
    "invoice_templates",
    "metadata",
    "month_reopenings",
    "posting",
    "reconciliation_runs",
    "records",
]

metadata = Table.metadata
