"""The proof of delivery of orders: read, entered and imported."""

from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from services.rating.actions import work_order_services as services_of_orders
from services.rating.actions.work_orders import change_order, find_order
from services.rating.errors import UnknownReference
from services.rating.records.proofs import Proof, ProofEntry, ProofRow
from services.rating.rules.proofs import (
    DERIVED,
    WorkOrderProof,
    changes_by,
    changes_by_row,
    find_faults_in_proved,
    find_unknown_places,
    in_body,
    proved,
    proved_quantities,
)
from services.rating.rules.quantities import NO_DEFINITIONS
from services.rating.rules.work_orders import fault_in_named
from services.rating.store import codes, work_order_services, work_orders
from shared.access.grants import Scope
from shared.audit import history
from shared.audit.changes import changes_between
from shared.audit.history import Noted
from shared.errors import Fault
from shared.files.changes import Outcome, differing_values
from shared.files.csv import Numbered, TableFile
from shared.values.fields import field_names, parts_of


async def read_proof(session: AsyncSession, scope: Scope, order_id: int, zone: str) -> WorkOrderProof:
    """The proof of delivery of an order. Times are in the zone of the branch, or in `zone`. Raises NotFound."""
    order = await find_order(session, scope, order_id)
    return WorkOrderProof.of(order, await services_of_orders.of_order(session, order, zone))


async def enter_proof(
    session: AsyncSession,
    scope: Scope,
    order_id: int,
    expected_revision: int,
    proof: Proof,
    entered_by: str,
    zone: str,
) -> None:
    """Sets the proof of delivery of an order and what became of its services; raises what change_order raises."""
    order = await find_order(session, scope, order_id, lock=True)
    services = await services_of_orders.of_order(session, order, zone)
    unknown = find_unknown_places(services, proof.services)
    faults = [Fault(f"/services/{index}/service", message) for index, message in unknown]
    after = proved(services, proof.services)
    if not faults:
        faults = in_body(await services_of_orders.find_faults(session, after, services), proof.services)
    has_own = proof.quantities or order.quantities
    definitions = await codes.quantities(session) if has_own else NO_DEFINITIONS
    found = find_faults_in_proved(proof.quantities, order.quantities, definitions)
    faults += [Fault(f"/{name}", message) for name, message in found]
    if faults:
        raise UnknownReference(
            f"The proof of work order {order.number} cannot be entered; see `errors`.", faults=faults
        )
    changes: dict[str, Any] = changes_by(proof, has_services=bool(services))
    changes["quantities"] = proved_quantities(proof.quantities, order.quantities, definitions)
    if proof.services:
        changes["services"] = after
    await change_order(session, scope, order_id, expected_revision, changes, entered_by, zone)


async def import_proofs(session: AsyncSession, scope: Scope, file: TableFile[ProofRow]) -> Outcome:
    """Sets the proofs of delivery of orders; raises ImportRefused with every row that has an error."""
    numbers = [numbered.row.work_order for numbered in file.all_rows if numbered.row.work_order]
    locked = await work_orders.lock_numbers(session, scope, numbers)
    served = await work_order_services.of_orders(session, [order.id for order in locked.values()])
    definitions = await codes.quantities(session) if "quantities" in file.columns else NO_DEFINITIONS
    faults: list[tuple[Numbered[ProofRow], str, str]] = []
    for numbered in file.all_rows:
        number = numbered.row.work_order
        order = locked.get(number)
        if (fault := fault_in_named(number, order)) is not None:
            faults.append((numbered, "work_order", fault))
        elif order is not None:
            found = find_faults_in_proved(numbered.row.quantities, order.quantities, definitions)
            faults += [(numbered, "quantities", message) for _, message in found]
            faults += [
                (numbered, name, f"is {getattr(order, name)} by the services of the order; change the services instead")
                for name, value in changes_by_row(numbered.row, file.columns).items()
                if order.id in served and name in DERIVED and value not in (None, getattr(order, name))
            ]
    file.refuse(faults)
    outcome = Outcome()
    changed: dict[int, ProofEntry] = {}
    noted = []
    for numbered in file.rows:
        order = locked[numbered.row.work_order]
        changes = changes_by_row(numbered.row, file.columns)
        if order.id in served:
            changes = {name: value for name, value in changes.items() if name not in DERIVED}
        own = proved_quantities(changes.get("quantities", order.quantities), order.quantities, definitions)
        after = order.model_copy(update={**changes, "quantities": own})
        differing = differing_values(order, after, field_names(ProofEntry))
        outcome.change(numbered.line, order.number, differing)
        if differing:
            changed[order.id] = ProofEntry.model_construct(**parts_of(after, ProofEntry))
            steps = changes_between(parts_of(order, ProofEntry), parts_of(after, ProofEntry))
            noted.append(Noted(history.key_of(order.id), "changed", steps))
    await work_orders.save_fields(session, ProofEntry, changed)
    await history.note(session, "work_order", noted)
    return outcome
