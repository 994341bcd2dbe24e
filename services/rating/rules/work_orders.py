"""Owns the life of a work order: what it is, and what may be done to it in which status."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from services.rating.errors import LockedUseCredit, NotClosed, NotOpen, NotRated, NotReadyForRating

QUANTITY_SOURCES = (
    "miles",
    "waiting_minutes",
    "weight",
    "pieces",
    "attempts",
    "pages",
    "servees",
    "parcels",
    "hours",
    "persons",
    "value",
    "fee_advances",
)
"""The columns of the proof of delivery that can give a line its quantity; `fee_advances` is money laid out, `value` an
amount that a charge is a share of: collected on an execution, or declared for a package.
"""


ONE = "one"
"""The quantity source of a line that is charged once."""


OUTCOMES = ("served", "not_served", "cancelled")
"""The field statuses that end the field work; each is a bill type of kind `outcome` as well, in capitals."""


EDITABLE = frozenset({"open", "rated", "assigned"})


@dataclass(frozen=True)
class WorkOrder:
    """One job as rating sees it. Quantities come from the proof of delivery; None means not reported.

    `servers` are those who did the job, each with his share of its commissions, a weight.
    """

    id: int
    number: str
    style: str
    branch: str
    ar_company: int
    customer: str
    customer_type: str | None
    bill_to: str
    priority: str
    job_type: str
    region: str | None
    served_zip: str | None
    from_zip: str | None
    service_on: date
    field_status: str
    pod_received: bool
    triggers: Sequence[str]
    reference: str
    matter: str
    attorney: str
    miles: Decimal | None
    waiting_minutes: Decimal | None
    weight: Decimal | None
    pieces: Decimal | None
    attempts: Decimal | None
    pages: Decimal | None
    servees: Decimal | None
    parcels: Decimal | None
    hours: Decimal | None
    persons: Decimal | None
    value: Decimal | None
    fee_advances: Decimal | None
    status: str
    revision: int
    rating_version: int
    invoice_id: int | None
    changed_at: datetime
    servers: Sequence[Mapping[str, str]] = ()


@dataclass(frozen=True)
class OrderEntry:
    """What a person or an import says of an order; rating adds the rest."""

    number: str
    style: str
    branch: str
    customer: str
    bill_to: str
    priority: str
    job_type: str
    region: str | None
    served_zip: str | None
    from_zip: str | None
    service_on: date
    field_status: str
    pod_received: bool
    triggers: Sequence[str]
    reference: str
    matter: str
    attorney: str
    miles: Decimal | None
    waiting_minutes: Decimal | None
    weight: Decimal | None
    pieces: Decimal | None
    attempts: Decimal | None
    pages: Decimal | None
    servees: Decimal | None
    parcels: Decimal | None
    hours: Decimal | None
    persons: Decimal | None
    value: Decimal | None
    fee_advances: Decimal | None
    servers: Sequence[Mapping[str, str]] = ()


@dataclass(frozen=True)
class OrderRow:
    """A work order in a list, with the totals of its rating."""

    id: int
    number: str
    style: str
    branch: str
    customer: str
    bill_to: str
    priority: str
    job_type: str
    region: str | None
    served_zip: str | None
    service_on: date
    field_status: str
    pod_received: bool
    reference: str
    status: str
    revision: int
    rating_version: int
    invoice_id: int | None
    ar_number: str | None
    total: Decimal | None


@dataclass(frozen=True)
class OrderFilter:
    """Which orders a list shows; None leaves a side open. `search` looks into number and reference."""

    status: str | None = None
    branch: str | None = None
    customer: str | None = None
    bill_to: str | None = None
    service_from: date | None = None
    service_to: date | None = None
    search: str | None = None


@dataclass(frozen=True)
class OrderTotals:
    count: int
    total: Decimal


@dataclass(frozen=True)
class Whereabouts:
    """Where a locked order is: the run that exports it, or its invoice in accounts receivable."""

    run_id: int | None = None
    ar_company: int | None = None
    ar_number: str | None = None
    ar_month: str | None = None
    ar_transaction: int | None = None


@dataclass(frozen=True)
class Closing:
    """Who closed an order without an invoice (`zero_bill`) or took it up again (`reopen`), when and why."""

    action: str
    reason: str
    done_by: str
    done_at: datetime


@dataclass(frozen=True)
class HistoryStep:
    """One thing that happened to an order, who did it and when; `words` say why, or what Accounts Receivable answered."""

    at: datetime
    by: str
    action: str
    version: int | None
    amount: Decimal | None
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
