"""Owns what an export takes: the selection, and what hinders an order."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from annotated_types import Len, MinLen
from pydantic import ConfigDict

from shared.values.dates import AwareMoment
from shared.values.numbers import Id
from shared.values.text import CodeText, NumberText

Ids = Annotated[Sequence[Id], Len(1, 10_000)]


@dataclass(frozen=True)
class Selection:
    """Which rated orders: by branch, bill-to, invoice, id, or rated until a moment; nothing named means all."""

    __pydantic_config__ = ConfigDict(extra="forbid")

    branches: Annotated[Sequence[CodeText], MinLen(1)] | None = None
    bill_tos: Annotated[Sequence[NumberText], MinLen(1)] | None = None
    work_order_ids: Ids | None = None
    invoice_ids: Ids | None = None
    rated_until: AwareMoment | None = None


EVERYTHING_READY = Selection()


@dataclass(frozen=True)
class Hindrance:
    """Why an order of the selection cannot be exported now.

    `waits` when it only has to wait; `until_cycle_ends` when that is all, so that naming it is enough.
    """

    work_order_id: int
    number: str
    reason: str
    waits: bool
    until_cycle_ends: bool


@dataclass(frozen=True)
class Choice:
    """What of a selection is exported, and what stands in the way of the whole of it."""

    work_order_ids: tuple[int, ...]
    refused: tuple[Hindrance, ...]


def choose(selection: Selection, locked: Sequence[int], hindrances: Sequence[Hindrance]) -> Choice:
    """What is exported of the locked orders.

    A fault stops the whole export. What only has to wait is left out, as long as nobody named it: who presses for all
    that is ready does not mean a rollup whose cycle goes on. A named invoice goes before its cycle ends, a named order
    only together with its whole rollup. A rollup waits as a whole or goes as a whole. Source: rating, section 4.
    """
    named = selection.work_order_ids is not None or selection.invoice_ids is not None
    waiting = set() if named else {one.work_order_id for one in hindrances if one.waits}
    refused = [one for one in hindrances if one.work_order_id not in waiting and not (named and one.until_cycle_ends)]
    return Choice(tuple(one for one in locked if one not in waiting), tuple(refused))
