"""The tables of receivables, as Alembic compares them with the migrations; checks, triggers and grants are there."""

from services.receivables.models import (
    ar_companies,
    batches,
    contracts,
    credit_requests,
    customers,
    entries,
    exported_invoices,
    invoice_emails,
    invoice_prints,
    month_reopenings,
    posting,
    setup,
)
from services.receivables.models.table import Table

__all__ = [
    "ar_companies",
    "batches",
    "contracts",
    "credit_requests",
    "customers",
    "entries",
    "exported_invoices",
    "invoice_emails",
    "invoice_prints",
    "metadata",
    "month_reopenings",
    "posting",
    "setup",
]

metadata = Table.metadata
