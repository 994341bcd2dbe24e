"""Many rows as the parameters of one statement."""

from collections.abc import Iterable, Sequence
from typing import Any

from services.security.models import metadata
from shared.database.columns import column_types
from shared.database.statements import columns
from shared.values.names import fold


def given(table: str, names: Iterable[str]) -> str:
    """The rows in parameters that are named like columns of a table, each with a list of values.

    Example: `unnest(CAST(:id AS BIGINT[]), CAST(:name AS text[])) AS given (id, name)`.
    """
    types = column_types(metadata.tables[table])
    arrays = ", ".join(f"CAST(:{name} AS {types[name]}[])" for name in names)
    return f"unnest({arrays}) AS given ({', '.join(names)})"


def folded(rows: Sequence[Any], *names: str) -> dict[str, list[str]]:
    """Parameters with these fields of the rows, and with their folded values for the columns `folded_…`."""
    return columns(rows, *names) | {f"folded_{name}": [fold(getattr(row, name)) for row in rows] for name in names}
