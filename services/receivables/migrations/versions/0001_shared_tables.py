"""What the runtime role may do by default, and the tables that every service has."""

from alembic import op

from shared.events import ddl

revision = "0001"
down_revision = None

RUNTIME = "receivables_runtime"


def upgrade() -> None:
    op.execute(f"GRANT USAGE ON SCHEMA public TO {RUNTIME}")
    # Append-only unless a migration says otherwise, table by table.
    op.execute(f"ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, INSERT ON TABLES TO {RUNTIME}")
    for make in (ddl.outbox_v1, ddl.inbox_v1, ddl.dead_letter_v1, ddl.idempotency_key_v1):
        for statement in make(RUNTIME):
            op.execute(statement)
