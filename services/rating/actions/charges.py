"""The charges of an order: prebills, manual lines and overrides, which its next rating includes."""

from collections.abc import Mapping, Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from services.rating.actions.work_orders import find_order, lock_editable
from services.rating.errors import UnknownReference
from services.rating.records.charges import Charge, ChargeEntry, Prebill
from services.rating.rules.charges import COMPARED_FIELDS, OrderCharge, find_faults_in_charge
from services.rating.rules.work_orders import EDITABLE
from services.rating.store import charges, codes, work_orders
from shared.access.grants import Scope
from shared.audit import history
from shared.audit.changes import changes_between
from shared.audit.history import Noted
from shared.database.pages import PageQuery
from shared.errors import Fault, NotFound
from shared.files.changes import Outcome
from shared.files.csv import Numbered, TableFile
from shared.values.fields import field_names, parts_of
from shared.values.partly import PartlyRead
from shared.values.text import shown_key


async def list_charges(
    session: AsyncSession, scope: Scope, order_id: int, query: PageQuery
) -> tuple[list[OrderCharge], str | None, int | None]:
    """One page of the charges of an order, the cursor of the next page, and how many there are; raises NotFound."""
    await find_order(session, scope, order_id)
    return await charges.list_charges(session, order_id, query)


async def read_charge(session: AsyncSession, order_id: int, charge_id: int) -> OrderCharge:
    """A charge that was just entered."""
    entered = (await charges.of_orders(session, [order_id]))[order_id]
    return next(charge for charge in entered if charge.id == charge_id)


async def list_prebills(
    session: AsyncSession, scope: Scope, number: str | None, query: PageQuery
) -> tuple[list[Prebill], str | None, int | None]:
    """One page of the prebills that the caller may see, the cursor of the next page, and how many match."""
    return await charges.list_prebills(session, scope, number, query)


async def enter_charge(
    session: AsyncSession, scope: Scope, order_id: int, expected_revision: int, entry: ChargeEntry, entered_by: str
) -> int:
    """Enters a charge and returns its id. A rated order keeps its rating until it is rated again.

    Raises NotFound, LockedUseCredit, VersionStale or UnknownReference.
    """
    await lock_editable(session, scope, order_id, expected_revision)
    (entry,) = await spelled(session, [entry])
    faults = await find_faults(session, {"": entry})
    if faults:
        raise UnknownReference(
            f"The charge cannot be entered: {'; '.join(fault.detail for fault in faults[:3])}.", faults=faults
        )
    (charge_id,) = await charges.insert(session, [(order_id, entry)], entered_by)
    await work_orders.touch(session, [order_id])
    await _note(session, order_id, charge_id, None, entry)
    return charge_id


async def _note(
    session: AsyncSession, order_id: int, charge_id: int, before: ChargeEntry | None, after: ChargeEntry | None
) -> None:
    """Adds the new or removed charge to the history of its order."""
    sides = [
        {} if charge is None else {f"charges/{charge_id}": parts_of(charge, ChargeEntry)} for charge in (before, after)
    ]
    await history.note_one(session, "work_order", history.key_of(order_id), "changed", changes_between(*sides))


async def remove_charge(
    session: AsyncSession, scope: Scope, order_id: int, expected_revision: int, charge_id: int
) -> None:
    """Removes a charge from its order; raises NotFound, LockedUseCredit or VersionStale."""
    await lock_editable(session, scope, order_id, expected_revision)
    entered = (await charges.of_orders(session, [order_id])).get(order_id, [])
    removed = next((charge for charge in entered if charge.id == charge_id), None)
    if removed is None:
        raise NotFound(f"Work order {order_id} has no charge {charge_id}.")
    await charges.delete(session, order_id, charge_id)
    await work_orders.touch(session, [order_id])
    await _note(session, order_id, charge_id, removed, None)


async def enter_prebills(
    session: AsyncSession, order_id: int, prebills: Mapping[str, ChargeEntry], entered_by: str
) -> None:
    """Enters the prebills of an order that was entered in the same transaction; they have been checked with it."""
    if prebills:
        entries = await spelled(session, [*prebills.values()])
        await charges.insert(session, [(order_id, prebill) for prebill in entries], entered_by)


async def spelled(session: AsyncSession, entries: Sequence[ChargeEntry]) -> list[ChargeEntry]:
    """The charges with the names of their billing items as these are spelled: `mileage` becomes `Mileage`."""
    names = {entry.billing_item for entry in entries if entry.billing_item is not None}
    found = await codes.spellings_of_items(session, names) if names else {}
    return [
        entry.model_copy(update={"billing_item": found[entry.billing_item]}) if entry.billing_item in found else entry
        for entry in entries
    ]


async def find_faults(session: AsyncSession, entries: Mapping[str, ChargeEntry]) -> list[Fault]:
    """Every field of the charges that is wrong. The charges are given by their JSON pointer."""
    known = await codes.known_codes(session) if entries else {}
    return [
        Fault(f"{place}/{field}", message)
        for place, entry in zip(entries, await spelled(session, [*entries.values()]), strict=True)
        for field, message in find_faults_in_charge(entry, known)
    ]


async def find_unknown(
    session: AsyncSession, entries: Mapping[str, ChargeEntry], read: PartlyRead
) -> list[tuple[str, str]]:
    """The faults of charges that are invalid in other fields, by JSON pointer, as far as they do not depend on these."""
    return [
        (fault.pointer, fault.detail)
        for fault in await find_faults(session, entries)
        for place, _, field in [fault.pointer.rpartition("/")]
        if all(read.is_valid(f"{place}/{name}") for name in COMPARED_FIELDS.get(field, ()))
    ]


async def import_prebills(
    session: AsyncSession, scope: Scope, file: TableFile[tuple[str, ChargeEntry]], entered_by: str
) -> Outcome:
    """Enters all prebills, each with the number of its order; raises ImportRefused."""
    known = await codes.known_codes(session)
    locked = await work_orders.lock_numbers(
        session, scope, [number for numbered in file.all_rows if (number := numbered.row[0])]
    )
    faults: list[tuple[Numbered[tuple[str, ChargeEntry]], str, str]] = []
    entries = await spelled(session, [numbered.row[1] for numbered in file.all_rows])
    for numbered, entry in zip(file.all_rows, entries, strict=True):
        number, _ = numbered.row
        order = locked.get(number)
        if order is None:
            faults.append((numbered, "work_order", f"there is no work order {number}"))
        elif order.status not in EDITABLE:
            detail = f"work order {number} is {order.status} and can no longer be changed"
            faults.append((numbered, "work_order", detail))
        faults += [(numbered, *fault) for fault in find_faults_in_charge(entry, known)]
    file.refuse(faults)
    placed = [(locked[numbered.row[0]].id, entry) for numbered, entry in zip(file.rows, entries, strict=False)]
    ids = await charges.insert(session, placed, entered_by)
    await work_orders.touch(session, sorted({order_id for order_id, _ in placed}))
    noted = [
        Noted(
            history.key_of(order_id),
            "changed",
            changes_between({}, {f"charges/{charge_id}": parts_of(entry, ChargeEntry)}),
        )
        for charge_id, (order_id, entry) in zip(ids, placed, strict=True)
    ]
    await history.note(session, "work_order", noted)
    outcome = Outcome()
    for numbered, entry in zip(file.rows, entries, strict=False):
        number, _ = numbered.row
        outcome.create(numbered.line, shown_key((number, entry.billing_item)), entry, field_names(Charge))
    return outcome
