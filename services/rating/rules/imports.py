"""Owns the imports of work orders, and when one can be withdrawn."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from pydantic import Field

from services.rating.errors import ImportNotOpen, ImportWithdrawn
from services.rating.rules.work_orders import OrderStatus
from shared.values.numbers import counted

_MOST_NAMED = 5


@dataclass(frozen=True)
class OrderImport:
    """An import of work orders from a file."""

    id: int
    file_name: Annotated[str, Field(description="The name of the file, if the caller gave it.")]
    key: Annotated[str, Field(description="The Idempotency-Key of the import, or an empty text.")]
    orders: Annotated[int, Field(description="How many orders it entered.")]
    imported_by: Annotated[str, Field(description="The account that imported it.")]
    imported_at: Annotated[datetime, Field(description="When it was imported.")]
    withdrawn_by: Annotated[str | None, Field(description="The account that withdrew it, or null.")]
    withdrawn_at: Annotated[datetime | None, Field(description="When it was withdrawn, or null.")]
    reason: Annotated[str, Field(description="Why it was withdrawn.")]


@dataclass(frozen=True)
class ImportedOrder:
    """An order of an import, and whether the caller may edit it."""

    id: int
    number: str
    status: OrderStatus
    within: bool


def require_withdrawable(one: OrderImport, orders: Sequence[ImportedOrder]) -> list[int]:
    """The ids of the orders that a withdrawal voids: all that are open. Orders that are void already stay so.

    Raises ImportWithdrawn, or ImportNotOpen, which names the first orders that are rated or further. Example: of an import
    with one rated order, W3, nothing is withdrawn until the rating of W3 is removed.
    """
    if one.withdrawn_at is not None:
        raise ImportWithdrawn(f"Import {one.id} was already withdrawn by {one.withdrawn_by}.")
    further = [order for order in orders if order.status not in {"open", "void"}]
    if further:
        named = ", ".join(f"{order.number} ({order.status})" for order in further[:_MOST_NAMED])
        more = len(further) - _MOST_NAMED
        raise ImportNotOpen(
            f"{counted(len(further), 'order')} of import {one.id} {'is' if len(further) == 1 else 'are'} not open: {named}"
            + (f" and {more:,} more." if more > 0 else ".")
        )
    return [order.id for order in orders if order.status == "open"]
