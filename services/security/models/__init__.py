"""The tables of the service, as Alembic compares them with the migrations, which alone have checks and triggers."""

from services.security.models import (
    bindings,
    groups,
    log_ins,
    members,
    password_links,
    permissions,
    preferences,
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
    "password_links",
    "permissions",
    "preferences",
    "service_accounts",
    "sessions",
    "users",
]

metadata = Table.metadata
