"""Owns commands for several chosen orders, of which each is done or refused on its own."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated

from annotated_types import Interval
from pydantic import Field

from services.rating.rules.work_orders import NOWHERE, Whereabouts, WorkOrder, require_editable
from shared.errors import DomainError, NotFound
from shared.values.numbers import Id
from shared.values.versions import require_version

DONE = "DONE"


@dataclass(frozen=True)
class ChosenOrder:
    """An order to change. With the revision that you read, it is only changed if nobody has changed it since."""

    work_order_id: Id
    revision: Annotated[int, Interval(ge=1, le=2**31 - 1)] | None = None


@dataclass(frozen=True)
class OrderResult:
    """What became of one chosen order: `DONE`, or the code of its refusal, and the reason in `detail`."""

    work_order_id: int
    number: str | None
    outcome: str
    detail: str


@dataclass(frozen=True)
class OrderResults:
    """What became of the chosen orders, in the order in which they were sent."""

    done: Annotated[int, Field(description="How many were changed.")]
    refused: Annotated[int, Field(description="How many were not.")]
    results: Annotated[Sequence[OrderResult], Field(description="What became of each order.")]


def judge(
    chosen: Sequence[ChosenOrder],
    found: Mapping[int, WorkOrder],
    places: Mapping[int, Whereabouts],
    require: Callable[[WorkOrder], None],
) -> tuple[list[WorkOrder], OrderResults]:
    """The orders that the command may change, and the results of all; `found` are those that the caller may change.

    The rules are those of the command for one order: it can be changed, its revision is current, and what the command
    itself requires. Example: of a rated order and one that is exported, a removal of ratings takes the first, and refuses
    the second with LOCKED_USE_CREDIT.
    """
    allowed: list[WorkOrder] = []
    results: list[OrderResult] = []
    for one in chosen:
        order = found.get(one.work_order_id)
        number = None if order is None else order.number
        try:
            if order is None:
                raise NotFound(f"There is no work order {one.work_order_id}.")
            require_editable(order, places.get(order.id, NOWHERE))
            if one.revision is not None:
                require_version(order.revision, one.revision, f"Work order {order.number}")
            require(order)
        except DomainError as refusal:
            results.append(OrderResult(one.work_order_id, number, refusal.code, refusal.detail))
        else:
            allowed.append(order)
            results.append(OrderResult(one.work_order_id, number, DONE, ""))
    return allowed, OrderResults(len(allowed), len(results) - len(allowed), results)
