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
    *("priority", "region", "rollup_rule", "server", "work_order", "zone"),
)


def upgrade() -> None:
    for statement in ddl.record_changes_v1():
        op.execute(statement)
    for table in _TABLES:
        for statement in ddl.last_change_v1(table):
            op.execute(statement)
