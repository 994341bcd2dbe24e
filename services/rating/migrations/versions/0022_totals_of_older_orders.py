"""Orders that were rated before get the total of their current rating."""

from alembic import op
from sqlalchemy import text

revision = "0022"
down_revision = "0021"
_IN_ONE_GO = 20_000


def upgrade() -> None:
    if op.get_context().as_sql:
        # There are no rows to read when the statements are only written.
        return
    with op.get_context().autocommit_block():
        connection = op.get_bind()
        last = connection.execute(text("SELECT coalesce(max(id), 0) FROM work_order")).scalar_one()
        for first in range(0, last + 1, _IN_ONE_GO):
            connection.execute(
                text(
                    """
                    UPDATE work_order SET total = r.total
                    FROM rating r
                    WHERE work_order.id >= :first AND work_order.id < :first + :count
                      AND r.work_order_id = work_order.id AND r.version = work_order.rating_version
                      AND work_order.total <> r.total
                    """
                ),
                {"first": first, "count": _IN_ONE_GO},
            )
