"""What people did with orders beside rating and exporting them: closings get company, and a shorter name."""

from alembic import op

revision = "0009"
down_revision = "0008"

_STEPS = """
ALTER TABLE order_closing RENAME TO order_step;
ALTER INDEX order_closing_pkey RENAME TO order_step_pkey;
ALTER INDEX order_closing_work_order_id RENAME TO order_step_work_order_id;
ALTER SEQUENCE order_closing_id_seq RENAME TO order_step_id_seq;
ALTER TABLE order_step RENAME CONSTRAINT order_closing_work_order_id_fkey TO order_step_work_order_id_fkey;
ALTER TABLE order_step DROP CONSTRAINT order_closing_action_check,
    ADD CHECK (action IN ('assign', 'unassign', 'remove', 'zero_bill', 'reopen')),
    ADD invoice_id bigint REFERENCES invoice
"""


def upgrade() -> None:
    for statement in _STEPS.split(";\n"):
        op.execute(statement)
