"""Invoices sent by e-mail: what waits, what was sent to whom, and what could not be."""

from alembic import op

revision = "0013"
down_revision = "0012"

RUNTIME = "receivables_runtime"


def upgrade() -> None:
    op.execute(
        """
        CREATE TABLE invoice_email (
            id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            invoice_id bigint NOT NULL REFERENCES ar_transaction,
            recipient text NOT NULL,
            again boolean NOT NULL,
            status text NOT NULL DEFAULT 'waiting' CHECK (status IN ('waiting', 'sent', 'failed')),
            attempts int NOT NULL DEFAULT 0,
            due_at timestamptz NOT NULL,
            last_error text NOT NULL DEFAULT '',
            requested_by text NOT NULL,
            requested_at timestamptz NOT NULL,
            sent_at timestamptz,
            CHECK ((status = 'sent') = (sent_at IS NOT NULL))
        )
        """
    )
    # Twice to the same address only when somebody says so.
    op.execute(
        """
        CREATE UNIQUE INDEX invoice_email_once ON invoice_email (invoice_id, lower(recipient))
        WHERE NOT again AND status <> 'failed'
        """
    )
    op.execute("CREATE INDEX invoice_email_due ON invoice_email (due_at, id) WHERE status = 'waiting'")
    op.execute("CREATE INDEX invoice_email_invoice ON invoice_email (invoice_id)")
    op.execute(f"GRANT UPDATE ON invoice_email TO {RUNTIME}")
    op.execute("CREATE TRIGGER ring_bell AFTER INSERT ON invoice_email FOR EACH STATEMENT EXECUTE FUNCTION ring_bell()")
