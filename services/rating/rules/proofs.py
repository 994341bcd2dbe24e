"""Owns what a proof of delivery changes in its order and its services."""

from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace
from decimal import Decimal
from typing import Any

from services.rating.records.notation import MOST_QUANTITIES
from services.rating.records.proofs import Proof, ProofEntry, ProofRow, ServiceProof
from services.rating.records.work_order_services import Service
from services.rating.records.work_orders import AllQuantities
from services.rating.rules.quantities import Definitions, find_faults_in_reported
from services.rating.rules.work_order_services import DerivedFields
from services.rating.rules.work_orders import WorkOrder
from shared.errors import Fault
from shared.values.fields import field_names
from shared.values.names import fold

_PROVED = ("outcome", "served_at", "manner", "received_by", "attempts")
_STAYS = ("field_status", "completed_on")
DERIVED = frozenset(field_names(DerivedFields))


class WorkOrderProof(Proof):
    """The proof of delivery of an order as it is, with all its services."""

    work_order_id: int
    number: str
    revision: int

    @classmethod
    def of(cls, order: WorkOrder, services: Sequence[Service]) -> "WorkOrderProof":
        proofs = [
            ServiceProof.model_construct(
                service=place, server=one.server, **{name: getattr(one, name) for name in _PROVED}
            )
            for place, one in enumerate(services, start=1)
        ]
        entered = {name: getattr(order, name) for name in field_names(ProofEntry)}
        return cls.model_construct(
            **entered, services=proofs, work_order_id=order.id, number=order.number, revision=order.revision
        )


def changes_by(proof: Proof, *, has_services: bool) -> dict[str, Any]:
    """The fields of an order that its proof sets.

    Quantities that were not reported become empty, but for those that come from the services of the order. Field status
    and day of completion stay unless they are given.
    """
    sent = proof.model_fields_set
    names = [
        *field_names(AllQuantities),
        "pod_received",
        *(name for name in _STAYS if getattr(proof, name) is not None),
    ]
    return {name: getattr(proof, name) for name in names if name in sent or not (has_services and name in DERIVED)}


def proved_quantities(
    sent: Mapping[str, Decimal], before: Mapping[str, Decimal], definitions: Definitions
) -> dict[str, Decimal]:
    """The company's own quantities of an order after its proof, which replaces all but those that come with the order."""
    return {**{code: number for code, number in before.items() if _comes_with_order(code, definitions)}, **sent}


def find_faults_in_proved(
    sent: Mapping[str, Decimal], before: Mapping[str, Decimal], definitions: Definitions
) -> Iterator[tuple[str, str]]:
    """The quantities that a proof cannot have, as field and message; those that the order had before may be retired."""
    yield from find_faults_in_reported(sent, definitions, before)
    for code, number in sent.items():
        if _comes_with_order(code, definitions) and before.get(code) != number:
            yield f"quantities/{code}", f"{code} is entered with the order; change it there"
    if len(proved_quantities(sent, before, definitions)) > MOST_QUANTITIES:
        yield "quantities", f"an order can have at most {MOST_QUANTITIES}, with those that are entered with the order"


def _comes_with_order(code: str, definitions: Definitions) -> bool:
    own = definitions.get(code)
    return own is not None and own.entered_with == "order"


def find_unknown_places(services: Sequence[Service], proofs: Sequence[ServiceProof]) -> Iterator[tuple[int, str]]:
    """The proofs of services that the order does not have, or has in the proof before, as index and message."""
    seen: set[int] = set()
    for index, proof in enumerate(proofs):
        if proof.service > len(services):
            yield index, f"the order has no service {proof.service}"
        elif proof.service in seen:
            yield index, f"service {proof.service} is named twice"
        seen.add(proof.service)


def proved(services: Sequence[Service], proofs: Sequence[ServiceProof]) -> list[Service]:
    """The services with what the proofs say of them."""
    by_place = {proof.service: proof for proof in proofs}
    return [
        service
        if (proof := by_place.get(place)) is None
        else service.model_copy(
            update={"server": proof.server or service.server, **{name: getattr(proof, name) for name in _PROVED}}
        )
        for place, service in enumerate(services, start=1)
    ]


def in_body(faults: Sequence[Fault], proofs: Sequence[ServiceProof]) -> list[Fault]:
    """Faults in the services of the order, as places in the proof: of one that only proves service 2, `/services/0`."""
    places = {str(proof.service - 1): index for index, proof in enumerate(proofs)}
    found = []
    for fault in faults:
        _, noun, place, rest = fault.pointer.split("/", 3)
        found.append(replace(fault, pointer=f"/{noun}/{places[place]}/{rest}"))
    return found


def changes_by_row(row: ProofRow, columns: AbstractSet[str]) -> Mapping[str, Any]:
    """The fields of an order that a row of a file sets: those of its columns.

    An empty cell clears a quantity, and leaves the field status and the day of completion as they are.
    """
    return {
        name: getattr(row, name)
        for name in field_names(ProofEntry)
        if name in columns and not (name in _STAYS and getattr(row, name) is None)
    }


def proof_key(row: ProofRow) -> str:
    """What must be unique in a file of proofs: the order."""
    return fold(row.work_order)
