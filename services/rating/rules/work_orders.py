"""Owns the life of a work order: what it is, and what may be done to it in which status."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from pydantic import Field

from services.rating.errors import LockedUseCredit, NotClosed, NotOpen, NotRated, NotReadyForRating
from services.rating.records.work_orders import FieldStatus, OrderEntry, OrderStyle
from shared.values.filters import Filter
from shared.values.money import Money
from shared.values.text import CodeText, Line, NumberText

OrderStatus = Literal["open", "rated", "assigned", "exporting", "exported", "closed"]
ClosingStatus = Literal["open", "closed"]
"""What a zero-bill, a reopening or a credit makes of an order."""
ClosingAction = Literal["zero_bill", "reopen"]
HistoryAction = Literal[
    "rated",
    "rated_again",
    "rating_removed",
    "assigned",
    "unassigned",
    "handed_over",
    "exported",
    "refused",
    "credited",
    "reopened",
    "closed",
    "zero_billed",
]
OUTCOMES: tuple[FieldStatus, ...] = ("served", "not_served", "cancelled")
"""The field statuses that end the field work; each is a bill type of kind `outcome` as well, in capitals."""
EDITABLE: frozenset[OrderStatus] = frozenset({"open", "rated", "assigned"})


class WorkOrder(OrderEntry):
    """One job as rating sees it."""

    id: int
    ar_company: int
    customer_type: str | None
    status: OrderStatus
    revision: int
    rating_version: int
    invoice_id: int | None
    changed_at: datetime


@dataclass(frozen=True)
class OrderRow:
    """An order in a list; `total` is that of its current rating."""

    id: int
    number: str
    style: OrderStyle
    branch: str
    customer: str
    bill_to: str
    priority: str
    job_type: str
    region: str | None
    served_zip: str | None
    service_on: date
    field_status: FieldStatus
    pod_received: bool
    reference: str
    status: OrderStatus
    revision: int
    rating_version: int
    invoice_id: int | None
    ar_number: str | None
    total: Money | None


class OrderFilter(Filter):
    """Which orders a list shows."""

    status: OrderStatus | None = None
    branch: CodeText | None = None
    customer: NumberText | None = None
    bill_to: NumberText | None = None
    service_from: date | None = None
    service_to: date | None = None
    search: Line | None = Field(default=None, description="Part of the number or the reference.")


@dataclass(frozen=True)
class OrderTotals:
    count: int
    total: Money


@dataclass(frozen=True)
class Whereabouts:
    """Where an exported order is: its run, and its invoice in Accounts Receivable."""

    run_id: int | None
    ar_company: int | None
    ar_number: str | None
    ar_month: str | None
    ar_transaction: int | None


NOWHERE = Whereabouts(None, None, None, None, None)
"""Where an order is that was never exported."""


@dataclass(frozen=True)
class Closing:
    """Who closed the order without an invoice (`zero_bill`) or took it up again (`reopen`), when and why."""

    action: ClosingAction
    reason: str
    done_by: str
    done_at: datetime


@dataclass(frozen=True)
class HistoryStep:
    """One thing that happened to an order; `words` say why, or what Accounts Receivable answered.

    `amount` is the rating's total, or what was credited.
    """

    at: datetime
    by: str
    action: HistoryAction
    version: int | None
    amount: Money | None
    invoice_id: int | None
    run_id: int | None
    words: str


def require_editable(order: WorkOrder, whereabouts: Whereabouts) -> None:
    """Refuses a change from `exporting` on; the refusal names the invoice and the way out.

    Source: rating, section 2; an exported order is corrected by a credit in receivables, then rated again.
    """
    if order.status in EDITABLE:
        return
    members = {
        "run_id": whereabouts.run_id,
        "ar_company": whereabouts.ar_company,
        "invoice_number": whereabouts.ar_number,
        "month": whereabouts.ar_month,
        "transaction": whereabouts.ar_transaction,
    }
    if order.status == "exporting":
        detail = f"Work order {order.number} is being exported by run {whereabouts.run_id}; wait for the run to end."
    elif order.status == "exported":
        detail = (
            f"Work order {order.number} is on invoice {whereabouts.ar_number} in Accounts Receivable "
            f"(company {whereabouts.ar_company}, {whereabouts.ar_month}, transaction {whereabouts.ar_transaction}): "
            f"credit it there with disposition rerate, then rate it again."
        )
    else:
        detail = f"Work order {order.number} is closed; reopen it first."
    raise LockedUseCredit(detail, members={name: value for name, value in members.items() if value is not None})


def require_ready_for_rating(order: WorkOrder) -> None:
    """An order can be rated once its proof of delivery is there and the field work has ended.

    Source: rating, section 3.8.
    """
    if not order.pod_received:
        raise NotReadyForRating(f"Work order {order.number} has no proof of delivery yet.")
    if order.field_status not in OUTCOMES:
        raise NotReadyForRating(f"Work order {order.number} is still in the field.")


def require_rated(order: WorkOrder) -> None:
    if order.status not in {"rated", "assigned"}:
        raise NotRated(f"Work order {order.number} has no rating.")


def require_open(order: WorkOrder) -> None:
    """Only an open order is closed without an invoice (rating, section 2): a rating would be lost unseen."""
    if order.status != "open":
        raise NotOpen(f"Work order {order.number} is {order.status}; remove its rating first.")


def require_closed(order: WorkOrder) -> None:
    if order.status != "closed":
        raise NotClosed(f"Work order {order.number} is {order.status}, not closed.")


def next_rating_version(order: WorkOrder) -> int:
    """The version that a new rating gets: the order's own while it is open, the next one when it is rated already.

    An order that was reopened or whose rating was removed has had its version raised then.
    """
    return order.rating_version if order.status == "open" else order.rating_version + 1
