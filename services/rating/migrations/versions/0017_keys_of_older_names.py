"""Older orders and billing items get their keys. Those that differ only by case keep none, and their exact spelling."""

from collections import Counter

from alembic import op
from sqlalchemy import text

from shared.database.name_keys import fold_v1

revision = "0017"
down_revision = "0016"
_IN_ONE_GO = 20_000


def upgrade() -> None:
    if op.get_context().as_sql:
        # There are no rows to read when the statements are only written.
        return
    connection = op.get_bind()
    names = [row[0] for row in connection.execute(text("SELECT name FROM billing_item ORDER BY name"))]
    keys = Counter(map(fold_v1, names))
    for name in names:
        if keys[fold_v1(name)] == 1:
            connection.execute(
                text("UPDATE billing_item SET name_key = :key WHERE name = :name"), {"key": fold_v1(name), "name": name}
            )
    with op.get_context().autocommit_block():
        connection = op.get_bind()
        twice = "SELECT lower(number) FROM work_order GROUP BY lower(number) HAVING count(*) > 1"
        several = [row[0] for row in connection.execute(text(twice))]
        last = connection.execute(text("SELECT coalesce(max(id), 0) FROM work_order")).scalar_one()
        for first in range(0, last + 1, _IN_ONE_GO):
            connection.execute(
                text(
                    """
                    UPDATE work_order SET number_key = lower(number)
                    WHERE id >= :first AND id < :first + :count AND number_key IS NULL
                      AND lower(number) <> ALL(CAST(:several AS text[]))
                    """
                ),
                {"first": first, "count": _IN_ONE_GO, "several": several},
            )
