"""Who changed a record last and when, and every change of it."""

from alembic import op

from shared.events import ddl

revision = "0037"
down_revision = "0036"

_TABLES = (
    *("ar_company", "batch", "batch_entry", "contract", "contract_item", "credit_request", "gl_account", "jb_company"),
    *("job_billing", "material", "misc_distribution_code", "pay_terms", "receivable_type", "tax_code"),
)


def upgrade() -> None:
    for statement in ddl.record_changes_v1():
        op.execute(statement)
    for table in _TABLES:
        for statement in ddl.last_change_v1(table):
            op.execute(statement)
    for statement in ddl.last_change_v1("customer", "version"):
        op.execute(statement)
