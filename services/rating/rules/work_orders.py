"""Owns the life cycle of a work order: its statuses, and what is allowed in each."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from pydantic import Field

from services.rating.errors import (
    AlreadyExported,
    LockedUseCredit,
    NotClosed,
    NotOpen,
    NotRated,
    NotReadyForRating,
    NotVoid,
)
from services.rating.records.work_orders import EnteredOrder, FieldStatus, OrderEntry
from shared.values.dates import CalendarDate
from shared.values.filters import Filter
from shared.values.money import Money
from shared.values.names import fold
from shared.values.text import CodeText, Line, NumberText

OrderStatus = Literal["open", "rated", "assigned", "exporting", "exported", "closed", "void"]
ClosingStatus = Literal["open", "closed", "void"]
"""The status of an order after a zero-bill, a reopening, a credit or a voiding."""
ClosingAction = Literal["zero_bill", "reopen", "void", "unvoid"]
OUTCOMES: tuple[FieldStatus, ...] = ("served", "not_served", "cancelled")
"""The field statuses that end the field work. In capitals, each is also a bill type of kind `outcome`."""
EDITABLE: frozenset[OrderStatus] = frozenset({"open", "rated", "assigned"})


class WorkOrder(OrderEntry):
    """One job, with what rating adds to what people entered."""

    id: int
    ar_company: int
    customer_type: str | None
    status: OrderStatus
    revision: int
    rating_version: int
    invoice_id: int | None
    changed_by: str | None
    changed_at: datetime


class OrderFilter(Filter):
    """Filters work orders. The dates are service dates."""

    status: list[OrderStatus] | None = Field(
        default=None, description="Orders with any of these statuses. Without it, all but void ones."
    )
    reason: CodeText | None = Field(
        default=None, description="Open orders whose rating would be refused with this code, such as `NO_PROFILE`."
    )
    branch: CodeText | None = None
    customer: NumberText | None = None
    bill_to: NumberText | None = None
    service_from: CalendarDate | None = None
    service_to: CalendarDate | None = None
    due_from: CalendarDate | None = None
    due_to: CalendarDate | None = None
    search: Line | None = Field(
        default=None,
        description="Text in the number, reference, case title, cause number or matter, or in the name of a person served. "
        "Fewer than three characters are the beginning of the number.",
    )


@dataclass(frozen=True)
class OrderTotals:
    """Totals of all orders that match the filters, not only of the page."""

    count: int
    total: Money


@dataclass(frozen=True)
class Whereabouts:
    """The last export of an order: its run, and its invoice in Accounts Receivable."""

    run_id: int | None
    ar_company: int | None
    ar_number: str | None
    ar_month: str | None
    ar_transaction: int | None
    ar_invoice_id: int | None


NOWHERE = Whereabouts(None, None, None, None, None, None)
"""For an order that was never exported."""


@dataclass(frozen=True)
class Closing:
    """What ended the order without an invoice (`zero_bill`, `void`) or took that back (`reopen`, `unvoid`), and why."""

    action: ClosingAction
    reason: str
    done_by: str
    done_at: datetime


def fault_in_named(number: str, order: WorkOrder | None) -> str | None:
    """Why a row of a file cannot change the order with this number, or None if it can."""
    if order is None:
        return f"there is no work order {number}"
    return None if order.status in EDITABLE else f"work order {number} is {order.status} and can no longer be changed"


def require_editable(order: WorkOrder, whereabouts: Whereabouts) -> None:
    """Raises LockedUseCredit for an order that is being exported, is exported or is closed.

    The refusal says where the order is and what to do. An exported order is credited in receivables first, and then
    rated again. Source: rating, section 2.
    """
    if order.status in EDITABLE:
        return
    members = {
        "run_id": whereabouts.run_id,
        "ar_company": whereabouts.ar_company,
        "invoice_number": whereabouts.ar_number,
        "month": whereabouts.ar_month,
        "transaction": whereabouts.ar_transaction,
        "ar_invoice_id": whereabouts.ar_invoice_id,
    }
    if order.status == "exporting":
        detail = f"Work order {order.number} is being exported by run {whereabouts.run_id}. Wait for the run to end."
    elif order.status == "exported":
        detail = (
            f"Work order {order.number} is on invoice {whereabouts.ar_number} in Accounts Receivable "
            f"(company {whereabouts.ar_company}, {whereabouts.ar_month}, transaction {whereabouts.ar_transaction}). "
            "Credit it there with disposition rerate, then rate the order again."
        )
    elif order.status == "void":
        detail = f"Work order {order.number} is void. Take that back first, with unvoid."
    else:
        detail = f"Work order {order.number} is closed. Reopen it first."
    raise LockedUseCredit(detail, members={name: value for name, value in members.items() if value is not None})


def require_ready_for_rating(order: WorkOrder) -> None:
    """Raises NotReadyForRating unless the proof of delivery is received and the field work has ended.

    Source: rating, section 3.8.
    """
    if not order.pod_received:
        raise NotReadyForRating(f"Work order {order.number} has no proof of delivery yet.")
    if order.field_status not in OUTCOMES:
        raise NotReadyForRating(f"Work order {order.number} is still in the field.")


def require_rated(order: WorkOrder) -> None:
    """Raises NotRated unless the order has a rating that is not being exported."""
    if order.status not in {"rated", "assigned"}:
        raise NotRated(f"Work order {order.number} has no rating.")


def require_open(order: WorkOrder) -> None:
    """Raises NotOpen unless the order is open.

    Only an open order can be closed without an invoice, so that a rating is never lost unnoticed. Source: rating,
    section 2.
    """
    if order.status != "open":
        raise NotOpen(f"Work order {order.number} is {order.status}. Remove its rating first.")


def require_closed(order: WorkOrder) -> None:
    """Raises NotClosed unless the order is closed."""
    if order.status != "closed":
        raise NotClosed(f"Work order {order.number} is {order.status}, not closed.")


def require_never_exported(order: WorkOrder, *, exported: bool) -> None:
    """Raises AlreadyExported for an order that was ever booked in Accounts Receivable, even if it was credited since."""
    if exported:
        raise AlreadyExported(f"Work order {order.number} was invoiced before. Close it without an invoice instead.")


def require_void(order: WorkOrder) -> None:
    """Raises NotVoid unless the order is void."""
    if order.status != "void":
        raise NotVoid(f"Work order {order.number} is {order.status}, not void.")


def ratable(*, again: bool) -> tuple[OrderStatus, ...]:
    """The statuses in which a bulk rating rates an order: `open`, and with `again` also rated and not yet exported."""
    return ("open", "rated", "assigned") if again else ("open",)


def next_rating_version(order: WorkOrder) -> int:
    """The version of the next rating: the order's own while it is open, or the following one if it is already rated.

    Reopening an order or removing its rating has already raised its version. Example: an open order with version 1 is
    rated as version 1, and rated again as version 2.
    """
    return order.rating_version if order.status == "open" else order.rating_version + 1


def number_key(order: EnteredOrder) -> str:
    """What must be unique in a file of orders."""
    return fold(order.number)
