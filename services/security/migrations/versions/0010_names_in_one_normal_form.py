"""Names are compared without regard to invisible characters and to the width of letters."""

import unicodedata
from typing import Any

from alembic import op
from sqlalchemy import text

revision = "0010"
down_revision = "0009"

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
    # Only names with such characters change. One whose form another has already keeps its own, and its exact spelling.
    for table, shown in (("user_account", "display_name"), ("security_group", "description")):
        connection = op.get_bind()
        rows: Any = connection.execute(text(f"SELECT id, name, folded_name, {shown} FROM {table} ORDER BY id"))
        taken: dict[str, int] = {}
        kept = [dict(row) for row in rows.mappings()]
        for row in kept:
            taken.setdefault(row["folded_name"], row["id"])
        for row in kept:
            folded = _fold(row["name"])
            free = taken.setdefault(folded, row["id"]) == row["id"]
            connection.execute(
                text(
                    f"""
                    UPDATE {table} SET folded_name = :folded, folded_{shown} = :shown
                    WHERE id = :id AND (folded_name, folded_{shown}) IS DISTINCT FROM (:folded, :shown)
                    """
                ),
                {"id": row["id"], "folded": folded if free else row["folded_name"], "shown": _fold(row[shown])},
            )
