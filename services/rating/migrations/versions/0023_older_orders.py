"""Orders that were rated before get the total of their current rating, and those on rollups are marked."""

from alembic import op
from sqlalchemy import text

revision = "0023"
down_revision = "0022"
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
                    UPDATE work_order SET total = coalesce(r.total, 0), on_rollup = coalesce(i.kind = 'rollup', false)
                    FROM work_order w
                    LEFT JOIN rating r ON r.work_order_id = w.id AND r.version = w.rating_version
                    LEFT JOIN invoice i ON i.id = w.invoice_id
                    WHERE work_order.id = w.id AND w.id >= :first AND w.id < :first + :count
                      AND (w.total <> coalesce(r.total, 0) OR w.on_rollup <> coalesce(i.kind = 'rollup', false))
                    """
                ),
                {"first": first, "count": _IN_ONE_GO},
            )
