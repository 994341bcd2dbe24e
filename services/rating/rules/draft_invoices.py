"""Owns invoices before they are in Accounts Receivable: what goes on each, what it shows, and that only drafts change."""

import calendar
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal

from services.rating.errors import LockedUseCredit, RollupMixed
from services.rating.records.rollup_rules import Cycle, Grouping
from services.rating.records.work_orders import OrderEntry
from services.rating.rules.work_orders import WorkOrder
from shared.values.filters import Filter
from shared.values.money import Money
from shared.values.text import CodeText, NumberText

InvoiceKind = Literal["single", "rollup", "on_demand"]
InvoiceStatus = Literal["draft", "exporting", "exported", "dissolved"]


@dataclass(frozen=True)
class GroupKey:
    """What the orders of a rollup have in common; one made by hand has no cycle and is not grouped further."""

    branch: str
    bill_to: str
    grouping: Grouping = "none"
    grouped_by: str = ""
    cycle_from: date | None = None
    cycle_to: date | None = None


@dataclass(frozen=True)
class Invoice:
    """An invoice with what is on it now; one that was dissolved has no orders any more.

    Credited orders leave their exported invoice, so its total here is what of it still stands as it was exported.
    `refused_for` is why Accounts Receivable did not take it last.
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
    made_by: str
    created_at: datetime

    @property
    def key(self) -> GroupKey:
        return GroupKey(self.branch, self.bill_to, self.grouping, self.grouped_by, self.cycle_from, self.cycle_to)


class InvoiceFilter(Filter):
    """Which invoices a list shows."""

    status: InvoiceStatus | None = None
    kind: InvoiceKind | None = None
    branch: CodeText | None = None
    bill_to: NumberText | None = None
    made_from: date | None = None
    made_to: date | None = None


@dataclass(frozen=True)
class InvoiceTotals:
    """Totals of everything that fits the filters."""

    count: int
    orders: int
    total: Money


@dataclass(frozen=True)
class InvoiceOrder:
    """An order of an invoice, with the totals of its current rating."""

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
    """An invoice with its orders; the ETag is needed to change it."""

    invoice: Invoice
    work_orders: Sequence[InvoiceOrder]


def require_draft(invoice: Invoice) -> None:
    """Refuses to change an invoice that is on its way to Accounts Receivable, there, or dissolved.

    The refusal names the invoice and the way out. Source: rating, section 2.
    """
    members: dict[str, object] = {"invoice_id": invoice.id}
    match invoice.status:
        case "draft":
            return
        case "exporting":
            members["run_id"] = invoice.run_id
            detail = f"Invoice {invoice.id} is being exported by run {invoice.run_id}; wait for the run to end."
        case "exported":
            members |= {
                "ar_company": invoice.ar_company,
                "invoice_number": invoice.ar_number,
                "month": invoice.ar_month,
                "transaction": invoice.ar_transaction,
            }
            detail = (
                f"Invoice {invoice.id} is invoice {invoice.ar_number} in Accounts Receivable (company "
                f"{invoice.ar_company}, {invoice.ar_month}, transaction {invoice.ar_transaction}): credit it there."
            )
        case _:
            detail = f"Invoice {invoice.id} was dissolved."
    raise LockedUseCredit(detail, members=members)


@dataclass(frozen=True)
class Assignable:
    """A rated order that is on no invoice, with the rule of its bill-to."""

    work_order_id: int
    branch: str
    bill_to: str
    matter: str
    attorney: str
    service_on: date
    grouping: Grouping
    cycle: Cycle


def cycle_of(cycle: Cycle, day: date) -> tuple[date, date]:
    """The first and last day of the cycle that holds a service date.

    Weekly runs from Monday to Sunday, monthly over the calendar month: 2026-11-04 → 2026-11-02 to 2026-11-08, or
    2026-11-01 to 2026-11-30. By the service date, because it stays when an order is rated again. Source: rating, section 4.
    """
    if cycle == "weekly":
        monday = day - timedelta(days=day.weekday())
        return monday, monday + timedelta(days=6)
    return day.replace(day=1), day.replace(day=calendar.monthrange(day.year, day.month)[1])


def group_key(order: Assignable) -> GroupKey:
    by = {"none": "", "matter": order.matter, "attorney": order.attorney}[order.grouping]
    return GroupKey(order.branch, order.bill_to, order.grouping, by, *cycle_of(order.cycle, order.service_on))


def group_orders(orders: Sequence[Assignable]) -> dict[GroupKey, tuple[int, ...]]:
    """Gathers orders by what their bill-to wants: every order in exactly one group, bill-tos and branches never mixed.

    Example: three orders of one bill-to, monthly by matter, two of matter A and one of matter B in November → two groups.
    Source: rating, section 4.
    """
    groups: dict[GroupKey, list[int]] = {}
    for order in sorted(orders, key=lambda one: one.work_order_id):
        groups.setdefault(group_key(order), []).append(order.work_order_id)
    return {key: tuple(ids) for key, ids in groups.items()}


@dataclass(frozen=True)
class Placement:
    """Where groups of orders go: onto drafts that are there, by their ids, and onto new ones."""

    existing: Mapping[int, tuple[int, ...]]
    new: Mapping[GroupKey, tuple[int, ...]]


def place(groups: Mapping[GroupKey, tuple[int, ...]], drafts: Mapping[GroupKey, int]) -> Placement:
    """A group goes onto the draft of exactly its key, or makes a new one."""
    return Placement(
        {drafts[key]: ids for key, ids in groups.items() if key in drafts},
        {key: ids for key, ids in groups.items() if key not in drafts},
    )


def common_key(orders: Sequence[WorkOrder], onto: GroupKey | None = None) -> GroupKey:
    """The key of a rollup made by hand of these orders, or of the draft that they are put onto.

    Raises RollupMixed when bill-tos or branches differ.
    """
    keys = {(one.branch, one.bill_to) for one in orders} | ({(onto.branch, onto.bill_to)} if onto else set())
    if len(keys) != 1:
        named = ", ".join(f"{bill_to} in {branch}" for branch, bill_to in sorted(keys))
        raise RollupMixed(f"A rollup never mixes bill-tos or branches; these would be on it: {named}.")
    return onto or GroupKey(*keys.pop())


def belongs(key: GroupKey, order: OrderEntry) -> bool:
    """Whether an order may be on a draft of this key: its bill-to and branch, and all that the draft is grouped by."""
    by = {"none": "", "matter": order.matter, "attorney": order.attorney}[key.grouping]
    in_cycle = key.cycle_from is None or key.cycle_to is None or key.cycle_from <= order.service_on <= key.cycle_to
    return (key.branch, key.bill_to, key.grouped_by) == (order.branch, order.bill_to, by) and in_cycle


def leaves_invoice(key: GroupKey, before: WorkOrder, after: OrderEntry) -> bool:
    """Whether a change takes an assigned order off its draft invoice.

    A new bill-to or branch always does. A new matter, attorney or service date does where the draft is grouped by it;
    an order that was put there by hand against the grouping stays. Source: rating, section 2.
    """
    if (after.branch, after.bill_to) != (key.branch, key.bill_to):
        return True
    return belongs(key, before) and not belongs(key, after)


@dataclass(frozen=True)
class Assigned:
    """What was done: the drafts that took orders or lost them, how many are new, the orders and their total."""

    invoice_ids: Sequence[int]
    new_invoices: int
    orders: int
    total: Money
