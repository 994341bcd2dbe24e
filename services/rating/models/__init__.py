"""The tables of rating, as Alembic compares them with the migrations; checks and grants stand there."""

from services.rating.models import codes, commissions, exports, orders, rate_tables, ratings
from services.rating.models.table import Table

__all__ = ["codes", "commissions", "exports", "metadata", "orders", "rate_tables", "ratings"]

metadata = Table.metadata
