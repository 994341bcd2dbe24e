"""Orders are found by part of their case title, cause number or matter, and by their due date."""

from alembic import op

revision = "0037"
down_revision = "0036"

_INDEXES = (
    """
    work_order_case_words ON work_order
    USING gin (case_title gin_trgm_ops, cause_number gin_trgm_ops, matter gin_trgm_ops)
    """,
    "work_order_import_id ON work_order (import_id) WHERE import_id IS NOT NULL",
    "work_order_due_on ON work_order (due_on, id) WHERE due_on IS NOT NULL",
)


def upgrade() -> None:
    with op.get_context().autocommit_block():
        for index in _INDEXES:
            op.execute(f"CREATE INDEX CONCURRENTLY {index}")
