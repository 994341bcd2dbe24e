"""An invoice that cannot be drawn fails alone, and characters that no font has are named."""

from alembic import op

revision = "0015"
down_revision = "0014"

RUNTIME = "receivables_runtime"


def upgrade() -> None:
    # Why the invoice is left out of its print.
    op.execute("ALTER TABLE invoice_print_item ADD error text")
    op.execute(f"GRANT UPDATE (error) ON invoice_print_item TO {RUNTIME}")
    op.execute("ALTER TABLE invoice_print_file ADD replaced text NOT NULL DEFAULT ''")
    op.execute("ALTER TABLE invoice_email ADD replaced text NOT NULL DEFAULT ''")
    # After a setback: when the next part is due, how many invoices it has at most, and how often its only one failed.
    op.execute(
        """
        ALTER TABLE invoice_print
            ADD due_at timestamptz,
            ADD part_size int,
            ADD tries int NOT NULL DEFAULT 0
        """
    )
