"""The tables of receivables, as Alembic compares them with the migrations; checks, triggers and grants stand there."""

from services.receivables.models import contracts, credit_requests, customers, documents, entry, exports, posting, setup
from services.receivables.models.table import Table

__all__ = ["contracts", "credit_requests", "customers", "documents", "entry", "exports", "metadata", "posting", "setup"]

metadata = Table.metadata
