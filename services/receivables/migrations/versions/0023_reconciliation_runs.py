"""A run reconciles every month since the first posting, and its sums and differences are kept."""

from alembic import op

revision = "0023"
down_revision = "0022"

RUNTIME = "receivables_runtime"

_TABLES = """
CREATE TABLE reconciliation_run (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    status text NOT NULL DEFAULT 'running' CHECK (status IN ('running', 'done')),
    requested_by text NOT NULL,
    requested_at timestamptz NOT NULL,
    finished_at timestamptz
);
CREATE UNIQUE INDEX reconciliation_run_running ON reconciliation_run (status) WHERE status = 'running';
CREATE TABLE reconciliation_month (
    run_id bigint NOT NULL REFERENCES reconciliation_run ON DELETE CASCADE,
    month text COLLATE "C" NOT NULL,
    checked_at timestamptz,
    transactions bigint NOT NULL DEFAULT 0,
    differences int NOT NULL DEFAULT 0,
    failure text NOT NULL DEFAULT '',
    figures jsonb,
    PRIMARY KEY (run_id, month)
);
CREATE INDEX reconciliation_month_checked ON reconciliation_month (month, run_id) WHERE figures IS NOT NULL;
CREATE TABLE reconciliation_difference (
    run_id bigint NOT NULL,
    month text COLLATE "C" NOT NULL,
    position int NOT NULL,
    kind text NOT NULL,
    document text NOT NULL,
    detail text NOT NULL,
    amount numeric(24, 2) NOT NULL,
    PRIMARY KEY (run_id, month, position),
    FOREIGN KEY (run_id, month) REFERENCES reconciliation_month ON DELETE CASCADE
)
"""


def upgrade() -> None:
    for statement in _TABLES.split(";\n"):
        op.execute(statement)
    op.execute(f"GRANT UPDATE (status, finished_at) ON reconciliation_run TO {RUNTIME}")
    op.execute(f"GRANT DELETE ON reconciliation_run TO {RUNTIME}")
    op.execute(
        f"GRANT UPDATE (checked_at, transactions, differences, failure, figures) ON reconciliation_month TO {RUNTIME}"
    )
    op.execute(
        """
        CREATE TRIGGER ring_bell AFTER INSERT ON reconciliation_run FOR EACH STATEMENT EXECUTE FUNCTION ring_bell()
        """
    )
