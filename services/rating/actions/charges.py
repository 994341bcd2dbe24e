"""Charges entered for one order: prebills, lines by hand and overrides, which its next rating takes up."""

from collections.abc import Mapping, Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from services.rating.actions.work_orders import find_order, hold_editable
from services.rating.errors import UnknownReference
from services.rating.records.charges import ChargeEntry, Prebill
from services.rating.rules.charges import OrderCharge, find_faults_in_charge
from services.rating.rules.work_orders import EDITABLE
from services.rating.store import charges, codes, work_orders
from shared.access.grants import Scope
from shared.database.pages import PageQuery
from shared.errors import Fault, NotFound
from shared.files.csv import Numbered, refuse_import


async def list_charges(session: AsyncSession, scope: Scope, order_id: int) -> Sequence[OrderCharge]:
    """What was entered for an order; raises NotFound."""
    await find_order(session, scope, order_id)
    return (await charges.of_orders(session, [order_id])).get(order_id, [])


async def list_prebills(
    session: AsyncSession, scope: Scope, number: str | None, query: PageQuery
) -> tuple[list[Prebill], str | None, int]:
    return await charges.list_prebills(session, scope, number, query)


async def enter_charge(
    session: AsyncSession, scope: Scope, order_id: int, expected_revision: int, entry: ChargeEntry, entered_by: str
) -> int:
    """Enters a charge and returns its id; an order that is rated keeps its rating until it is rated again.

    Raises NotFound, LockedUseCredit, VersionStale, UnknownReference.
    """
    await hold_editable(session, scope, order_id, expected_revision)
    await require_good_charges(session, {"": entry})
    (charge_id,) = await charges.insert(session, [(order_id, entry)], entered_by)
    await work_orders.touch(session, [order_id])
    return charge_id


async def remove_charge(
    session: AsyncSession, scope: Scope, order_id: int, expected_revision: int, charge_id: int
) -> None:
    """Takes a charge off its order; raises NotFound, LockedUseCredit, VersionStale."""
    await hold_editable(session, scope, order_id, expected_revision)
    if not await charges.delete(session, order_id, charge_id):
        raise NotFound(f"Work order {order_id} has no charge {charge_id}.")
    await work_orders.touch(session, [order_id])


async def enter_prebills(
    session: AsyncSession, order_id: int, prebills: Mapping[str, ChargeEntry], entered_by: str
) -> None:
    """Enters the prebills of an order that this transaction has entered; raises UnknownReference."""
    await require_good_charges(session, prebills)
    if prebills:
        await charges.insert(session, [(order_id, one) for one in prebills.values()], entered_by)


async def require_good_charges(session: AsyncSession, entries: Mapping[str, ChargeEntry]) -> None:
    """Raises UnknownReference that names every faulty field of charges that are given by where they stand."""
    if not entries:
        return
    known = await codes.known_codes(session)
    faults = [
        Fault(f"{place}/{field}", words)
        for place, entry in entries.items()
        for field, words in find_faults_in_charge(entry, known)
    ]
    if faults:
        raise UnknownReference(
            f"The charge cannot be entered: {'; '.join(one.detail for one in faults[:3])}.", faults=faults
        )


async def import_prebills(
    session: AsyncSession, scope: Scope, entries: Sequence[Numbered[tuple[str, ChargeEntry]]], entered_by: str
) -> int:
    """Enters prebills, each with the number of its order, all or none; raises ImportRefused that names every faulty row."""
    known = await codes.known_codes(session)
    held = await work_orders.lock_numbers(session, scope, [one.row[0] for one in entries])
    faults: list[Fault] = []
    for one in entries:
        number, entry = one.row
        order = held.get(number)
        if order is None:
            faults.append(one.fault("work_order", f"there is no work order {number}"))
        elif order.status not in EDITABLE:
            faults.append(
                one.fault("work_order", f"work order {number} is {order.status} and can no longer be changed")
            )
        faults += [one.fault(column, words) for column, words in find_faults_in_charge(entry, known)]
    refuse_import(faults)
    placed = [(held[number].id, entry) for number, entry in (one.row for one in entries)]
    await charges.insert(session, placed, entered_by)
    await work_orders.touch(session, sorted({order_id for order_id, _ in placed}))
    return len(placed)
