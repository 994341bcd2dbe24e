"""Who changed a record last and when, and every change of it."""

from alembic import op

from shared.events import ddl

revision = "0032"
down_revision = "0031"

_TABLES = (
    *(
        "bill_type",
        "billing_item",
        "billing_profile",
        "branch",
        "commission_rate",
        "customer_type",
        "invoice",
        "job_type",
    ),
    *("priority", "region", "rollup_rule", "server", "zone"),
)


# `changed_at` of an order is when what it is rated by was changed, so that the last change of any kind has other names.
_ORDERS = (
    "ALTER TABLE work_order ADD touched_by text, ADD touched_at timestamptz",
    """
    CREATE FUNCTION set_touched() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        NEW.touched_by := nullif(current_setting('ratebook.acting', true), '');
        NEW.touched_at := now();
        RETURN NEW;
    END $$
    """,
    """
    CREATE TRIGGER set_touched_at_first BEFORE INSERT ON work_order FOR EACH ROW EXECUTE FUNCTION set_touched()
    """,
    """
    CREATE TRIGGER set_touched BEFORE UPDATE ON work_order
    FOR EACH ROW WHEN (OLD.revision <> NEW.revision) EXECUTE FUNCTION set_touched()
    """,
)


def upgrade() -> None:
    for statement in ddl.record_changes_v1():
        op.execute(statement)
    for table in _TABLES:
        for statement in ddl.last_change_v1(table):
            op.execute(statement)
    for statement in _ORDERS:
        op.execute(statement)
