"""The tables of receivables, as Alembic compares them with the migrations; checks, triggers and grants stand there."""

from services.receivables.models import (
    contracts,
    credit_requests,
    customers,
    documents,
    entry,
    exports,
    month_reopenings,
    posting,
    setup,
)
from services.receivables.models.table import Table

__all__ = [
    "contracts",
    "credit_requests",
    "customers",
    "documents",
    "entry",
    "exports",
    "metadata",
    "month_reopenings",
    "posting",
    "setup",
]

metadata = Table.metadata
