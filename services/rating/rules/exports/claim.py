"""Owns which orders an export includes: the selection, and what blocks an order."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Literal, Protocol

from annotated_types import Len, MinLen
from pydantic import ConfigDict

from services.rating.rules.rating_warnings import WORDS
from shared.values.dates import AwareMoment
from shared.values.money import LARGEST
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


BlockerCode = Literal[
    "NEGATIVE_TOTAL",
    "ON_INVOICE_WITH_NEGATIVE",
    "PART_OF_INVOICE",
    "INVOICE_TOO_LARGE",
    "WAITING_FOR_ROLLUP",
    "CYCLE_NOT_ENDED",
    "ZERO_TOTAL",
    "ON_INVOICE_WITH_ZERO",
]
"""What stops an order from being exported; `reason_of` says it in words."""
_UNLESS_NAMED = {"CYCLE_NOT_ENDED", "ZERO_TOTAL", "ON_INVOICE_WITH_ZERO"}


class OnInvoice(Protocol):
    """An order with its draft invoice, and the numbers of orders on that whose total is negative or 0.00."""

    @property
    def invoice_id(self) -> int | None: ...
    @property
    def cycle_to(self) -> date | None: ...
    @property
    def negative(self) -> str | None: ...
    @property
    def zero(self) -> str | None: ...


def reason_of(code: BlockerCode, order: OnInvoice) -> str:
    """What stops an order from being exported, in words. Source: rating, section 4."""
    on_invoice = f"it is on invoice {order.invoice_id} together with"
    words: Mapping[BlockerCode, str] = {
        "NEGATIVE_TOTAL": "its total is negative",
        "ON_INVOICE_WITH_NEGATIVE": f"{on_invoice} order {order.negative}, whose total is negative",
        "PART_OF_INVOICE": f"{on_invoice} orders that are not selected",
        "INVOICE_TOO_LARGE": f"invoice {order.invoice_id} comes to more than {LARGEST:,}; split it",
        "WAITING_FOR_ROLLUP": (
            "waiting for its roll-up: its bill-to has a roll-up rule; assign it, or invoice it on demand"
        ),
        "CYCLE_NOT_ENDED": f"the cycle of invoice {order.invoice_id} ends on {order.cycle_to}",
        "ZERO_TOTAL": WORDS["ZERO_TOTAL"],
        "ON_INVOICE_WITH_ZERO": f"{on_invoice} order {order.zero}, whose total is 0.00",
    }
    return words[code]


@dataclass(frozen=True)
class Blocker:
    """Why an order of the selection cannot be exported now."""

    work_order_id: int
    number: str
    invoice_id: int | None
    code: BlockerCode | Literal["MESSAGE_TOO_LARGE"]
    reason: str

    @property
    def waits(self) -> bool:
        """Whether it can be exported in another way or later, without a change to the order."""
        return self.code != "NEGATIVE_TOTAL"

    @property
    def unless_named(self) -> bool:
        """Whether selecting it by id exports it all the same: before the end of its cycle, or with a total of 0.00."""
        return self.code in _UNLESS_NAMED


@dataclass(frozen=True)
class StoppedOrder:
    """An order of the selection, with everything that stops it from being exported."""

    work_order_id: int
    number: str
    invoice_id: int | None
    cycle_to: date | None
    negative: str | None
    zero: str | None
    blockers: Sequence[BlockerCode]

    def explain(self) -> list[Blocker]:
        return [
            Blocker(self.work_order_id, self.number, self.invoice_id, code, reason_of(code, self))
            for code in self.blockers
        ]


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


def places_of(selection: Selection, blockers: Sequence[Blocker]) -> list[str]:
    """The JSON pointers to what selects blocked orders: the id of each, that of its invoice, or the whole selection."""
    named = {
        (name, chosen): f"/selection/{name}/{index}"
        for name in ("work_order_ids", "invoice_ids")
        for index, chosen in enumerate(getattr(selection, name) or ())
    }
    return [
        named.get(("work_order_ids", one.work_order_id)) or named.get(("invoice_ids", one.invoice_id), "/selection")
        for one in blockers
    ]


def leave_out(choice: Choice, blockers: Sequence[Blocker]) -> Choice:
    """The choice without some more orders."""
    blocked = {blocker.work_order_id for blocker in blockers}
    chosen = tuple(order_id for order_id in choice.work_order_ids if order_id not in blocked)
    return Choice(chosen, (*choice.left_out, *blockers), choice.refused)
