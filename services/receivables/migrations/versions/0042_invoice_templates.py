"""A company's own templates of invoices: every version is kept, and at most one is current."""

from alembic import op

revision = "0042"
down_revision = "0041"

RUNTIME = "receivables_runtime"


def upgrade() -> None:
    op.execute(
        """
        CREATE TABLE invoice_template (
            ar_company int NOT NULL REFERENCES ar_company,
            version int NOT NULL CHECK (version > 0),
            content text NOT NULL,
            current boolean NOT NULL,
            saved_by text NOT NULL,
            saved_at timestamptz NOT NULL,
            PRIMARY KEY (ar_company, version)
        )
        """
    )
    op.execute("CREATE UNIQUE INDEX invoice_template_current ON invoice_template (ar_company) WHERE current")
    op.execute(f"GRANT UPDATE ON invoice_template TO {RUNTIME}")
