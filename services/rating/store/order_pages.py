"""Pages of orders, chosen from the orders alone before the rest is read."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeVar

from sqlalchemy.ext.asyncio import AsyncSession

from shared.database.pages import PageQuery, Sorting, Where, fetch_page
from shared.database.statements import fetch_all

T = TypeVar("T")


@dataclass(frozen=True)
class _Id:
    id: int


async def fetch_orders(
    session: AsyncSession,
    kind: type[T],
    *,
    columns: str,
    joined: str,
    where: Where,
    sorting: Sorting,
    query: PageQuery,
    chosen_from: str = "work_order",
    chosen_with: str = "",
    parameters: Mapping[str, object] | None = None,
) -> tuple[list[T], str | None]:
    """The orders of one page as values of `kind`, and the cursor of the next page; without a limit, all orders.

    `joined` are the joins for `columns` over `work_order w`, with their `parameters`. The conditions and the sorting need only the orders, or those
    in `chosen_from`, and the joins `chosen_with`: the database would otherwise join every order that matches with
    everything, only to sort them and keep a hundred. Two statements.
    """
    chosen, cursor = await fetch_page(
        session, _Id, columns="w.id", source=f"{chosen_from} w {chosen_with}", where=where, sorting=sorting, query=query
    )
    found = await fetch_all(
        session,
        kind,
        f"""
        SELECT {columns}
        FROM unnest(CAST(:chosen AS bigint[])) WITH ORDINALITY AS chosen (id, position)
        JOIN work_order w ON w.id = chosen.id
        {joined}
        ORDER BY chosen.position
        """,
        chosen=[one.id for one in chosen],
        **(parameters or {}),
    )
    return found, cursor
