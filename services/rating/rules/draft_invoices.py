"""Owns invoices before they are in Accounts Receivable: which orders each contains, and that only drafts change."""

import calendar
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Literal

from pydantic import Field

from services.rating.errors import LockedUseCredit, RollupMixed
from services.rating.records.rollup_rules import Cycle, Grouping
from services.rating.records.work_orders import OrderEntry
from services.rating.rules.order_warnings import OrderWarning
from services.rating.rules.work_orders import WorkOrder
from shared.values.dates import CalendarDate
from shared.values.filters import Filter
from shared.values.money import Money
from shared.values.names import fold
from shared.values.text import CodeText, NumberText

InvoiceKind = Literal["single", "rollup", "on_demand"]
InvoiceStatus = Literal["draft", "exporting", "exported", "dissolved"]


@dataclass(frozen=True)
class GroupKey:
    """What the orders of a rollup have in common. A rollup made by hand has no cycle and no grouping."""

    branch: str
    bill_to: str
    grouping: Grouping = "none"
    grouped_by: str = ""
    cycle_from: date | None = None
    cycle_to: date | None = None

    @property
    def compared(self) -> "GroupKey":
        """The key with its matter or attorney in the form for comparison."""
        return replace(self, grouped_by=fold(self.grouped_by))


@dataclass(frozen=True)
class Invoice:
    """An invoice with its current orders and total. A dissolved invoice has no orders.

    Orders that are credited to zero leave their exported invoice, so `total` no longer includes them. `refused_for` is
    the reason of the last refusal by Accounts Receivable.
    """

    id: int
    kind: InvoiceKind
    status: InvoiceStatus
    revision: int
    branch: str
    ar_company: int
    bill_to: str
    bill_to_name: str | None
    grouping: Grouping
    grouped_by: str
    cycle_from: date | None
    cycle_to: date | None
    attempt: int
    orders: int
    total: Money
    run_id: int | None
    refused_for: str | None
    ar_number: str | None
    ar_month: str | None
    ar_transaction: int | None
    ar_invoice_id: int | None
    made_by: str
    created_at: datetime
    changed_by: str | None
    changed_at: datetime | None

    @property
    def key(self) -> GroupKey:
        return GroupKey(self.branch, self.bill_to, self.grouping, self.grouped_by, self.cycle_from, self.cycle_to)


@dataclass(frozen=True)
class InvoiceRow(Invoice):
    """An invoice in a list, with the warnings of its orders: what to look at before it is exported."""

    warnings: Sequence[OrderWarning]


class InvoiceFilter(Filter):
    """Filters invoices. `made_from` and `made_to` are the dates on which they were made."""

    status: InvoiceStatus | None = None
    kind: InvoiceKind | None = None
    branch: CodeText | None = None
    bill_to: NumberText | None = None
    made_from: CalendarDate | None = None
    made_to: CalendarDate | None = None
    refused: bool | None = Field(default=None, description="Whether it is a draft again after a refusal.")


@dataclass(frozen=True)
class DraftTotals:
    """Totals of all invoices that match the filters."""

    count: int
    orders: int
    total: Money


@dataclass(frozen=True)
class InvoiceOrder:
    """An order on an invoice, with the totals of its current rating."""

    work_order_id: int
    number: str
    revision: int
    customer: str
    matter: str
    attorney: str
    job_type: str
    service_on: date
    rating_version: int
    charges_total: Money
    advances_total: Money
    total: Money


@dataclass(frozen=True)
class InvoiceWithOrders:
    """An invoice with its orders. You need the ETag to change it."""

    invoice: Invoice
    work_orders: Sequence[InvoiceOrder]


def require_draft(invoice: Invoice) -> None:
    """Raises LockedUseCredit for an invoice that is being exported, is exported or was dissolved.

    The refusal says where the invoice is and what to do. Source: rating, section 2.
    """
    members: dict[str, object] = {"invoice_id": invoice.id}
    match invoice.status:
        case "draft":
            return
        case "exporting":
            members["run_id"] = invoice.run_id
            detail = f"Invoice {invoice.id} is being exported by run {invoice.run_id}. Wait for the run to end."
        case "exported":
            members |= {
                "ar_company": invoice.ar_company,
                "invoice_number": invoice.ar_number,
                "month": invoice.ar_month,
                "transaction": invoice.ar_transaction,
            }
            detail = (
                f"Invoice {invoice.id} is invoice {invoice.ar_number} in Accounts Receivable (company "
                f"{invoice.ar_company}, {invoice.ar_month}, transaction {invoice.ar_transaction}). Credit it there."
            )
        case _:
            detail = f"Invoice {invoice.id} was dissolved, so it can no longer be changed."
    raise LockedUseCredit(detail, members=members)


@dataclass(frozen=True)
class Assignable:
    """A rated order that is not on an invoice, with the roll-up rule of its bill-to."""

    work_order_id: int
    branch: str
    bill_to: str
    matter: str
    attorney: str
    service_on: date
    grouping: Grouping
    cycle: Cycle


def cycle_of(cycle: Cycle, day: date) -> tuple[date, date]:
    """The first and last day of the cycle that contains a service date.

    A weekly cycle is Monday to Sunday, a monthly cycle is the calendar month. Example: 2026-11-04 → 2026-11-02 to
    2026-11-08 if weekly, 2026-11-01 to 2026-11-30 if monthly. The service date decides, because it does not change when
    an order is rated again. Source: rating, section 4.
    """
    if cycle == "weekly":
        monday = day - timedelta(days=day.weekday())
        return monday, monday + timedelta(days=6)
    return day.replace(day=1), day.replace(day=calendar.monthrange(day.year, day.month)[1])


def group_key(order: Assignable) -> GroupKey:
    """The key of the draft rollup that an order belongs on, as the rule of its bill-to says."""
    grouped_by = {"none": "", "matter": order.matter, "attorney": order.attorney}[order.grouping]
    return GroupKey(order.branch, order.bill_to, order.grouping, grouped_by, *cycle_of(order.cycle, order.service_on))


def group_orders(orders: Sequence[Assignable]) -> dict[GroupKey, tuple[int, ...]]:
    """Groups order ids as the roll-up rules of their bill-tos say. A group has one bill-to and one branch.

    A matter or attorney counts in any spelling; the group has that of its first order. Example: three November orders of
    one bill-to, rolled up monthly by matter, two for matters `Doe` and `DOE` and one for matter B, are two groups.
    Source: rating, section 4.
    """
    groups: dict[GroupKey, tuple[GroupKey, list[int]]] = {}
    for order in sorted(orders, key=lambda order: order.work_order_id):
        key = group_key(order)
        groups.setdefault(key.compared, (key, []))[1].append(order.work_order_id)
    return {key: tuple(ids) for key, ids in groups.values()}


@dataclass(frozen=True)
class Placement:
    """Which order ids to put on existing drafts, by invoice id, and which on new drafts, by group."""

    existing: Mapping[int, tuple[int, ...]]
    new: Mapping[GroupKey, tuple[int, ...]]


def place(groups: Mapping[GroupKey, tuple[int, ...]], drafts: Mapping[GroupKey, int]) -> Placement:
    """Puts each group on the draft with its key, or else on a new draft."""
    known = {key.compared: draft for key, draft in drafts.items()}
    return Placement(
        {known[key.compared]: ids for key, ids in groups.items() if key.compared in known},
        {key: ids for key, ids in groups.items() if key.compared not in known},
    )


def common_key(orders: Sequence[WorkOrder], onto: GroupKey | None = None) -> GroupKey:
    """The key of a rollup made by hand from these orders, or of the draft `onto` that they are put on.

    Raises RollupMixed if bill-tos or branches differ.
    """
    keys = {(order.branch, order.bill_to) for order in orders} | ({(onto.branch, onto.bill_to)} if onto else set())
    if len(keys) != 1:
        named = " and ".join(f"{bill_to} in {branch}" for branch, bill_to in sorted(keys))
        raise RollupMixed(f"A rollup invoice has one bill-to and one branch, but these orders belong to {named}.")
    return onto or GroupKey(*keys.pop())


def belongs(key: GroupKey, order: OrderEntry) -> bool:
    """Whether an order matches the key of a draft: bill-to, branch, grouping and cycle."""
    grouped_by = {"none": "", "matter": order.matter, "attorney": order.attorney}[key.grouping]
    in_cycle = key.cycle_from is None or key.cycle_to is None or key.cycle_from <= order.service_on <= key.cycle_to
    same = (key.branch, key.bill_to, fold(key.grouped_by)) == (order.branch, order.bill_to, fold(grouped_by))
    return same and in_cycle


def leaves_invoice(key: GroupKey, before: WorkOrder, after: OrderEntry) -> bool:
    """Whether a change takes an assigned order off its draft invoice.

    A new bill-to or branch always does. A new matter, attorney or service date does if the draft is grouped by it. An
    order that was put on the draft by hand, although it does not match the grouping, stays. Source: rating, section 2.
    """
    if (after.branch, after.bill_to) != (key.branch, key.bill_to):
        return True
    return belongs(key, before) and not belongs(key, after)


@dataclass(frozen=True)
class Assigned:
    """The result of assigning or unassigning: the drafts that changed, how many are new, and the order total."""

    invoice_ids: Sequence[int]
    new_invoices: int
    orders: int
    total: Money
