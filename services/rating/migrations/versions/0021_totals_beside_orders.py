"""Orders have the total of their current rating beside them, so that sums over orders read no ratings."""

from alembic import op

revision = "0021"
down_revision = "0020"

# A trigger, so that no statement can forget it, nor the code before this migration. A rating never changes.
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
)


def upgrade() -> None:
    op.execute("ALTER TABLE work_order ADD total numeric(18, 2) NOT NULL DEFAULT 0")
    for statement in _KEEP:
        op.execute(statement)
