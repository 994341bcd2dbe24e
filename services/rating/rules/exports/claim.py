"""Owns which orders an export includes: the selection, and what blocks an order."""

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
    """Which rated orders: by branch, bill-to, invoice, id, or time of rating. An empty selection means all of them."""

    __pydantic_config__ = ConfigDict(extra="forbid")

    branches: Annotated[Sequence[CodeText], MinLen(1)] | None = None
    bill_tos: Annotated[Sequence[NumberText], MinLen(1)] | None = None
    work_order_ids: Ids | None = None
    invoice_ids: Ids | None = None
    rated_until: AwareMoment | None = None


EVERYTHING_READY = Selection()


@dataclass(frozen=True)
class Blocker:
    """Why an order of the selection cannot be exported now.

    `waits` means that it is left out for now. `until_cycle_ends` means that it only waits for the end of its cycle, and
    can be exported earlier by selecting it by id.
    """

    work_order_id: int
    number: str
    reason: str
    waits: bool
    until_cycle_ends: bool


@dataclass(frozen=True)
class Choice:
    """The orders to export, and the blockers that refuse the whole export."""

    work_order_ids: tuple[int, ...]
    refused: tuple[Blocker, ...]


def choose(selection: Selection, locked: Sequence[int], blockers: Sequence[Blocker]) -> Choice:
    """Chooses what to export from the locked orders.

    If an order cannot be exported at all, the whole export is refused. Orders that only have to wait are left out,
    unless the selection names orders or invoices: exporting everything that is ready does not include a rollup whose
    cycle has not ended. An invoice that is selected by id is exported before its cycle ends, but always with all of its
    orders. Source: rating, section 4.
    """
    named = selection.work_order_ids is not None or selection.invoice_ids is not None
    waiting = set() if named else {blocker.work_order_id for blocker in blockers if blocker.waits}
    refused = [
        blocker
        for blocker in blockers
        if blocker.work_order_id not in waiting and not (named and blocker.until_cycle_ends)
    ]
    return Choice(tuple(order_id for order_id in locked if order_id not in waiting), tuple(refused))
