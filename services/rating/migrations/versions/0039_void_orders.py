"""Orders that were entered by mistake are void: the checks of 0038 hold for all rows."""

from alembic import op

revision = "0039"
down_revision = "0038"


def upgrade() -> None:
    op.execute("ALTER TABLE work_order VALIDATE CONSTRAINT work_order_status_check")
    op.execute("ALTER TABLE work_order VALIDATE CONSTRAINT work_order_import_id_fkey")
    op.execute("ALTER TABLE order_step VALIDATE CONSTRAINT order_step_action_check")
