"""Orders have beside them the total of their current rating, and whether they are on a rollup.

So sums over orders read no ratings, and the orders of rollups are found without reading all invoices.
"""

from alembic import op

revision = "0022"
down_revision = "0021"

# Triggers, so that no statement can forget them, nor the code before this migration. A rating never changes, and an invoice
# is never of another kind. Their conditions leave the export alone: it changes neither the rating of an order nor, of an
# order on a rollup, the invoice.
_KEEP = (
    """
    CREATE FUNCTION keep_total() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        NEW.total := coalesce(
            (SELECT r.total FROM rating r WHERE r.work_order_id = NEW.id AND r.version = NEW.rating_version), 0);
        RETURN NEW;
    END $$
    """,
    """
    CREATE TRIGGER keep_total BEFORE UPDATE OF status, rating_version ON work_order
    FOR EACH ROW WHEN (OLD.rating_version <> NEW.rating_version OR (OLD.status = 'open') <> (NEW.status = 'open'))
    EXECUTE FUNCTION keep_total()
    """,
    """
    CREATE FUNCTION keep_on_rollup() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        NEW.on_rollup := EXISTS (SELECT FROM invoice i WHERE i.id = NEW.invoice_id AND i.kind = 'rollup');
        RETURN NEW;
    END $$
    """,
    """
    CREATE TRIGGER keep_on_rollup BEFORE UPDATE OF invoice_id ON work_order
    FOR EACH ROW WHEN (OLD.invoice_id IS DISTINCT FROM NEW.invoice_id AND (OLD.on_rollup OR NEW.status = 'assigned'))
    EXECUTE FUNCTION keep_on_rollup()
    """,
)


def upgrade() -> None:
    op.execute("ALTER TABLE work_order ADD total numeric(18, 2) NOT NULL DEFAULT 0")
    op.execute("ALTER TABLE work_order ADD on_rollup boolean NOT NULL DEFAULT false")
    for statement in _KEEP:
        op.execute(statement)
