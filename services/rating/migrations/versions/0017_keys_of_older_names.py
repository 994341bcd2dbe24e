"""Older orders and billing items get their keys. Those that differ only by case keep none, and their exact spelling."""

import unicodedata
from collections import Counter

from alembic import op
from sqlalchemy import text

revision = "0017"
down_revision = "0016"
_IN_ONE_GO = 20_000
_INVISIBLE = {chr(code) for code in (0x34F, 0x115F, 0x1160, 0x3164, 0xFFA0, 0x17B4, 0x17B5)} | {
    chr(code) for code in (*range(0x180B, 0x1810), *range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0))
}


def _fold(name: str) -> str:
    """The form of `shared.values.names.fold` at the time of this migration."""
    folded = name.casefold()
    for _ in range(2):
        visible = (
            char
            for char in unicodedata.normalize("NFKD", folded)
            if char not in _INVISIBLE and unicodedata.category(char) != "Cf"
        )
        folded = unicodedata.normalize("NFKD", "".join(visible).casefold())
    return " ".join(folded.split())


def upgrade() -> None:
    if op.get_context().as_sql:
        # There are no rows to read when the statements are only written.
        return
    connection = op.get_bind()
    names = [row[0] for row in connection.execute(text("SELECT name FROM billing_item ORDER BY name"))]
    keys = Counter(map(_fold, names))
    for name in names:
        if keys[_fold(name)] == 1:
            connection.execute(
                text("UPDATE billing_item SET name_key = :key WHERE name = :name"), {"key": _fold(name), "name": name}
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
