"""The tables of rating, which Alembic compares with the migrations. Triggers and grants are only in those."""

from services.rating.models import (
    attachments,
    billing_profiles,
    charges,
    commissions,
    customers,
    draft_invoices,
    estimates,
    exports,
    imports,
    rating_runs,
    ratings,
    records,
    work_order_services,
    work_orders,
)
from services.rating.models.table import Table

__all__ = [
    "attachments",
    "billing_profiles",
    "charges",
    "commissions",
    "customers",
    "draft_invoices",
    "estimates",
    "exports",
    "imports",
    "metadata",
    "rating_runs",
    "ratings",
    "records",
    "work_order_services",
    "work_orders",
]

metadata = Table.metadata
