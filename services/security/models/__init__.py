"""The tables of the service, as Alembic compares them with the migrations; only those have checks, triggers and grants."""

from services.security.models import (
    bindings,
    groups,
    log_ins,
    members,
    permissions,
    service_accounts,
    sessions,
    users,
)
from services.security.models.table import Table

__all__ = [
    "bindings",
    "groups",
    "log_ins",
    "members",
    "metadata",
    "permissions",
    "service_accounts",
    "sessions",
    "users",
]

metadata = Table.metadata
