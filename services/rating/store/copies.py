"""Read copies of what receivables owns."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from services.rating.models import metadata
from shared.database.columns import arrays_of, column_types, to_codes, values_of
from shared.database.statements import columns, execute


async def take_over(session: AsyncSession, table: str, keys: Sequence[str], copies: Sequence[Any]) -> None:
    """Saves copies in one statement. A saved copy with the same or a newer version stays."""
    types = {name: kind for name, kind in column_types(metadata.tables[table]).items() if name != "id"}
    names = ", ".join(types)
    changes = ", ".join(f"{name} = excluded.{name}" for name in types)
    await execute(
        session,
        f"""
        INSERT INTO {table} ({names}) SELECT {values_of(types)} FROM unnest({arrays_of(types)}) AS changed ({names})
        ON CONFLICT ({", ".join(keys)}) DO UPDATE SET {changes} WHERE {table}.version < excluded.version
        """,
        **{
            name: [to_codes(several) for several in values] if types[name] == "TEXT[]" else values
            for name, values in columns(copies, *types).items()
        },
    )
