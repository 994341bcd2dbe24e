"""Every time that an invoice was printed, so that reprints say so."""

from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    # `version_id` is the transaction that the printed invoice was made of: the invoice itself, or its latest change.
    op.execute(
        """
        CREATE TABLE invoice_printing (
            invoice_id bigint NOT NULL REFERENCES ar_transaction,
            printing int NOT NULL CHECK (printing > 0),
            version_id bigint NOT NULL REFERENCES ar_transaction,
            way text NOT NULL CHECK (way IN ('document', 'print', 'e_mail')),
            printed_by text NOT NULL,
            printed_at timestamptz NOT NULL,
            PRIMARY KEY (invoice_id, printing)
        )
        """
    )
