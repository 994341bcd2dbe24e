"""Companies say what their invoices print about them, and customers how theirs are made."""

from alembic import op

revision = "0041"
down_revision = "0040"


def upgrade() -> None:
    for name in ("remit_to", "telephone", "email", "tax_number", "payment_instructions", "invoice_footer"):
        op.execute(f"ALTER TABLE ar_company ADD {name} text NOT NULL DEFAULT ''")
    op.execute(
        """
        ALTER TABLE customer
            ADD invoice_language text NOT NULL DEFAULT 'en' CHECK (invoice_language = ANY (ARRAY['en'])),
            ADD invoice_grouping text NOT NULL DEFAULT 'each' CHECK (invoice_grouping IN ('each', 'by_item')),
            ADD shown_numbers text[] NOT NULL DEFAULT '{attorney,claim,client_id,matter,purchase_order}'
                CHECK (shown_numbers <@ ARRAY['attorney', 'claim', 'client_id', 'matter', 'purchase_order'])
        """
    )
