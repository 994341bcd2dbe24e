"""Credits over the four-eyes limit wait as requests until somebody else decides."""

from alembic import op

revision = "0010"
down_revision = "0009"

RUNTIME = "receivables_runtime"

_TABLES = """
CREATE TABLE credit_request (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    invoice_id bigint NOT NULL REFERENCES ar_transaction,
    status text NOT NULL DEFAULT 'awaiting_approval'
        CHECK (status IN ('awaiting_approval', 'approved', 'rejected', 'withdrawn')),
    amount numeric(18, 2) NOT NULL,
    month text COLLATE "C" NOT NULL,
    credit_on date NOT NULL,
    disposition text CHECK (disposition IN ('rerate', 'close')),
    reason text NOT NULL,
    requested_by text NOT NULL,
    requested_at timestamptz NOT NULL,
    decided_by text,
    decided_at timestamptz,
    decision_reason text NOT NULL DEFAULT '',
    credit_id bigint REFERENCES ar_transaction,
    revision int NOT NULL DEFAULT 1,
    CHECK ((status = 'awaiting_approval') = (decided_by IS NULL)),
    CHECK ((decided_by IS NULL) = (decided_at IS NULL)),
    CHECK ((status = 'approved') = (credit_id IS NOT NULL)),
    CONSTRAINT credit_request_four_eyes CHECK (status <> 'approved' OR decided_by <> requested_by)
);
CREATE INDEX credit_request_invoice ON credit_request (invoice_id);
CREATE INDEX credit_request_waiting ON credit_request (id) WHERE status = 'awaiting_approval';
CREATE TABLE credit_request_line (
    request_id bigint NOT NULL REFERENCES credit_request,
    line int NOT NULL,
    amount numeric(18, 2) NOT NULL,
    PRIMARY KEY (request_id, line)
)
"""


def upgrade() -> None:
    for statement in _TABLES.split(";\n"):
        op.execute(statement)
    op.execute(f"GRANT UPDATE ON credit_request TO {RUNTIME}")
    op.execute(f"GRANT DELETE ON credit_request_line TO {RUNTIME}")
