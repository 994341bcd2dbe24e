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

    `waits` means that it can be exported in another way or later, without a change to the order. `unless_named` means
    that selecting it by id exports it all the same: before the end of its cycle, or with a total of 0.00.
    """

    work_order_id: int
    number: str
    reason: str
    waits: bool
    unless_named: bool


@dataclass(frozen=True)
class Choice:
    """The orders to export, those that are left out, and the blockers that refuse the whole export."""

    work_order_ids: tuple[int, ...]
    left_out: tuple[Blocker, ...]
    refused: tuple[Blocker, ...]


def choose(selection: Selection, locked: Sequence[int], blockers: Sequence[Blocker]) -> Choice:
    """Chooses what to export from the locked orders.

    Orders that cannot be exported now are left out, so that one of them does not stop all others: exporting everything
    that is ready includes neither a rollup whose cycle has not ended nor an order with a total of 0.00 or less. A
    selection that names orders or invoices is refused instead. What is selected by id is exported before its cycle ends
    and with a total of 0.00, but an invoice always with all of its orders. Source: rating, section 4.
    """
    if names_orders(selection):
        refused = tuple(blocker for blocker in blockers if not blocker.unless_named)
        return Choice(tuple(locked), (), refused)
    blocked = {blocker.work_order_id for blocker in blockers}
    return Choice(tuple(order_id for order_id in locked if order_id not in blocked), tuple(blockers), ())


def names_orders(selection: Selection) -> bool:
    """Whether a clerk chose each order or invoice of the selection, and so means every one of them."""
    return selection.work_order_ids is not None or selection.invoice_ids is not None


def leave_out(choice: Choice, blockers: Sequence[Blocker]) -> Choice:
    """The choice without some more orders."""
    blocked = {blocker.work_order_id for blocker in blockers}
    chosen = tuple(order_id for order_id in choice.work_order_ids if order_id not in blocked)
    return Choice(chosen, (*choice.left_out, *blockers), choice.refused)
