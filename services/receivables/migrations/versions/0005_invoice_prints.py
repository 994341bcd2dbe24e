"""Prints of many invoices: a request, its invoices in order, and the files made so far."""

from alembic import op

revision = "0005"
down_revision = "0004"

RUNTIME = "receivables_runtime"

_TABLES = """
CREATE TABLE invoice_print (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    requested_by text NOT NULL,
    requested_at timestamptz NOT NULL,
    invoices int NOT NULL DEFAULT 0,
    printed int NOT NULL DEFAULT 0 CHECK (printed <= invoices)
);
CREATE INDEX invoice_print_unfinished ON invoice_print (id) WHERE printed < invoices;
CREATE INDEX invoice_print_requested_at ON invoice_print (requested_at);
CREATE TABLE invoice_print_item (
    print_id bigint NOT NULL REFERENCES invoice_print ON DELETE CASCADE,
    position int NOT NULL,
    invoice_id bigint NOT NULL REFERENCES ar_transaction,
    PRIMARY KEY (print_id, position)
);
CREATE TABLE invoice_print_file (
    print_id bigint NOT NULL REFERENCES invoice_print ON DELETE CASCADE,
    file int NOT NULL,
    invoices int NOT NULL,
    first_number text COLLATE "C" NOT NULL,
    last_number text COLLATE "C" NOT NULL,
    content bytea NOT NULL,
    PRIMARY KEY (print_id, file)
)
"""


def upgrade() -> None:
    for statement in _TABLES.split(";\n"):
        op.execute(statement)
    op.execute(f"GRANT UPDATE, DELETE ON invoice_print TO {RUNTIME}")
    op.execute("CREATE TRIGGER ring_bell AFTER INSERT ON invoice_print FOR EACH STATEMENT EXECUTE FUNCTION ring_bell()")
