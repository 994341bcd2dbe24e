"""What came with the orders of an exported invoice, such as its case and how its lines were charged, is kept."""

from alembic import op

revision = "0040"
down_revision = "0039"

_TABLE = """
CREATE TABLE invoice_order (
    rating_invoice_id bigint NOT NULL,
    rating_attempt int NOT NULL,
    position int NOT NULL,
    work_order_id bigint NOT NULL,
    number text COLLATE "C" NOT NULL,
    service_on date NOT NULL,
    reference text NOT NULL,
    facts jsonb,
    charges jsonb,
    attachments jsonb,
    PRIMARY KEY (rating_invoice_id, rating_attempt, position)
)
"""


def upgrade() -> None:
    op.execute(_TABLE)
