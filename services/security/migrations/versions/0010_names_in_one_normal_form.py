"""Names are compared without regard to invisible characters and to the width of letters."""

from typing import Any

from alembic import op
from sqlalchemy import text

from shared.database.name_keys import fold_v1

revision = "0010"
down_revision = "0009"


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
            folded = fold_v1(row["name"])
            free = taken.setdefault(folded, row["id"]) == row["id"]
            connection.execute(
                text(
                    f"""
                    UPDATE {table} SET folded_name = :folded, folded_{shown} = :shown
                    WHERE id = :id AND (folded_name, folded_{shown}) IS DISTINCT FROM (:folded, :shown)
                    """
                ),
                {"id": row["id"], "folded": folded if free else row["folded_name"], "shown": fold_v1(row[shown])},
            )
