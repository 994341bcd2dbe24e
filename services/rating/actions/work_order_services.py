"""The services of orders: entered with an order, changed, imported and read."""

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any, TypeVar

from sqlalchemy.ext.asyncio import AsyncSession

from services.rating.records.work_order_services import Service, ServiceRow
from services.rating.records.work_orders import OrderEntry
from services.rating.rules.work_order_services import (
    DerivedFields,
    ListedService,
    derive,
    find_faults_in_services,
    localized,
    require_not_by_hand,
    servers_of,
)
from services.rating.rules.work_orders import WorkOrder, fault_in_named
from services.rating.store import codes, work_order_services, work_orders
from shared.access.grants import Scope
from shared.audit import history
from shared.audit.changes import FieldChange, changes_between
from shared.audit.history import Noted
from shared.database.pages import PageQuery
from shared.errors import Fault
from shared.files.changes import Outcome, differing_values
from shared.files.csv import Numbered, TableFile
from shared.values.fields import field_names, parts_of
from shared.values.partly import PartlyRead
from shared.values.text import shown_key

OrderT = TypeVar("OrderT", bound=OrderEntry)


async def of_order(session: AsyncSession, order: WorkOrder, zone: str) -> list[Service]:
    """The services of an order, with their times in the zone of its branch, or in `zone` if that has none."""
    found = (await work_order_services.of_orders(session, [order.id])).get(order.id, [])
    return await in_zone(session, order.branch, found, zone) if found else []


async def in_zone(session: AsyncSession, branch: str, services: Sequence[Service], zone: str) -> list[Service]:
    """The services with their times in the zone of the branch, or in `zone` if it has none or does not exist."""
    zones = await codes.zones_of_branches(session, zone)
    return localized(services, zones[branch]) if branch in zones else list(services)


async def find_unknown(session: AsyncSession, read: PartlyRead, services: Sequence[Service]) -> list[tuple[str, str]]:
    """The faults of the services of a body that is invalid elsewhere, by JSON pointer."""
    return [
        (fault.pointer, fault.detail)
        for fault in await find_faults(session, services)
        for place, _, _ in [fault.pointer.rpartition("/")]
        if read.is_valid(fault.pointer) and (place.count("/") > 2 or read.is_valid(f"{place}/outcome"))
    ]


async def find_faults(
    session: AsyncSession, services: Sequence[Service], before: Sequence[Service] = ()
) -> list[Fault]:
    """What is wrong with the services of an order, by JSON pointer. Servers of `before` may be retired."""
    known = await codes.known_codes(session) if services else {}
    return [
        Fault(f"/services/{index}/{field}", message)
        for index, field, message in find_faults_in_services(services, known, servers_of(before))
    ]


async def list_services(
    session: AsyncSession, scope: Scope, number: str | None, party: str | None, query: PageQuery, zone: str
) -> tuple[list[ListedService], str | None, int | None]:
    """One page of services that the caller may see, the cursor of the next page, and how many match."""
    found, cursor, count = await work_order_services.list_services(session, scope, number, party, query)
    zones = await codes.zones_of_branches(session, zone)
    return [local for one in found for local in localized([one], zones[one.branch])], cursor, count


def with_derived(entry: OrderT, services: Sequence[Service], sent: Mapping[str, Any]) -> OrderT:
    """The order with what its services say; raises DerivedFromServices if other values were `sent`."""
    derived = derive(services)
    require_not_by_hand(sent, derived, entry.number)
    return entry.model_copy(update=vars(derived))


def changes_of(before: Sequence[Service], after: Sequence[Service]) -> list[FieldChange]:
    """The changes of the services of an order, such as `services/1/outcome`."""
    old, new = (
        {f"services/{place}": parts_of(one, Service) for place, one in enumerate(several, start=1)}
        for several in (before, after)
    )
    return changes_between(old, new)


async def import_services(session: AsyncSession, scope: Scope, file: TableFile[ServiceRow], zone: str) -> Outcome:
    """Replaces the services of all orders in the file by those in the file; raises ImportRefused.

    An order whose services are already as in the file is left alone.
    """
    known = await codes.known_codes(session)
    zones = await codes.zones_of_branches(session, zone)
    numbers = sorted({numbered.row.work_order for numbered in file.all_rows if numbered.row.work_order})
    locked = await work_orders.lock_numbers(session, scope, numbers)
    before = await work_order_services.of_orders(session, [order.id for order in locked.values()])
    faults: list[tuple[Numbered[ServiceRow], str, str]] = []
    for numbered in file.all_rows:
        number = numbered.row.work_order
        order = locked.get(number)
        if (fault := fault_in_named(number, order)) is not None:
            faults.append((numbered, "work_order", fault))
        kept = servers_of(before.get(order.id, ())) if order is not None else ()
        faults += [
            (numbered, field.partition("/")[0], message)
            for _, field, message in find_faults_in_services([numbered.row], known, kept)
        ]
    file.refuse(faults)
    placed = sorted(file.rows, key=lambda numbered: (locked[numbered.row.work_order].id, numbered.row.service))
    zone_of = {order.id: zones[order.branch] for order in locked.values()}
    rows = {
        order_id: list(several)
        for order_id, several in groupby(placed, key=lambda numbered: locked[numbered.row.work_order].id)
    }
    services = {
        order_id: localized(
            [Service.model_construct(**parts_of(numbered.row, Service)) for numbered in several], zone_of[order_id]
        )
        for order_id, several in rows.items()
    }
    was = {order_id: localized(several, zone_of[order_id]) for order_id, several in before.items()}
    outcome = Outcome()
    for order_id, several in rows.items():
        old = was.get(order_id, ())
        for place, numbered in enumerate(several):
            key = shown_key((numbered.row.work_order, numbered.row.service))
            if place < len(old):
                differing = differing_values(old[place], services[order_id][place], field_names(Service))
                outcome.change(numbered.line, key, differing)
            else:
                outcome.create(numbered.line, key, numbered.row, field_names(ServiceRow))
    changed = {
        order_id: several for order_id, several in services.items() if changes_of(was.get(order_id, ()), several)
    }
    await save(session, changed, was)
    return outcome


async def save(
    session: AsyncSession, services: Mapping[int, Sequence[Service]], before: Mapping[int, Sequence[Service]]
) -> None:
    """Replaces the services of orders that the caller has locked, with what they say, and notes it in the histories."""
    await work_order_services.replace(session, services)
    derived = {order_id: derive(several) for order_id, several in services.items()}
    await work_orders.save_fields(session, DerivedFields, derived)
    noted = [
        Noted(history.key_of(order_id), "changed", found)
        for order_id, several in services.items()
        if (found := changes_of(before.get(order_id, ()), several))
    ]
    await history.note(session, "work_order", noted)
