"""Owns what services say about their order, and what is wrong with services."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from services.rating.errors import DerivedFromServices
from services.rating.records.work_order_services import Service, ServiceAttempt, ServiceRow
from services.rating.records.work_orders import FieldStatus
from shared.errors import Fault
from shared.values.names import fold

ServiceT = TypeVar("ServiceT", bound=Service)


@dataclass(frozen=True)
class DerivedFields:
    """The fields of an order that come from its services."""

    served_zip: str
    servees: Decimal
    attempts: Decimal
    field_status: FieldStatus
    completed_on: date | None


class PlacedService(Service):
    """A service of one of several orders, with its place there."""

    work_order_id: int
    position: int


class ListedService(ServiceRow):
    """A service in a list, with its order."""

    work_order_id: int
    branch: str


def derive(services: Sequence[Service]) -> DerivedFields:
    """What the services of an order say about it; their times are in the zone of the branch.

    While one service is open, the order is in the field. Then it is served if anybody was served, cancelled if all
    services were, and otherwise not served; it was completed on the day of the last service or attempt. A service that
    was made counts as one attempt even if none is listed. Example: two services, one made on November 2 at the second
    attempt and one open with one attempt, are 2 servees and 3 attempts in the field.
    """
    outcomes = {service.outcome for service in services}
    moments = [moment for service in services for moment in (service.served_at, *_times(service)) if moment is not None]
    status: FieldStatus
    if "open" in outcomes:
        status = "in_field"
    elif "served" in outcomes:
        status = "served"
    else:
        status = "cancelled" if outcomes == {"cancelled"} else "not_served"
    ended = status != "in_field" and moments
    return DerivedFields(
        served_zip=services[0].zip,
        servees=Decimal(len(services)),
        attempts=Decimal(sum(max(len(one.attempts), one.outcome == "served") for one in services)),
        field_status=status,
        completed_on=max(moments).date() if ended else None,
    )


def _times(service: Service) -> Iterator[datetime]:
    return (attempt.at for attempt in service.attempts)


def require_not_by_hand(sent: Mapping[str, Any], derived: DerivedFields, number: str) -> None:
    """Raises DerivedFromServices for fields that were sent and are not what the services say."""
    faults = [
        Fault(f"/{name}", f"is {value} by the services of the order; change the services instead")
        for name, value in vars(derived).items()
        if name in sent and sent[name] != value
    ]
    if faults:
        raise DerivedFromServices(f"Work order {number} takes these fields from its services.", faults=faults)


def find_faults_in_services(
    services: Sequence[Service], known: Mapping[str, AbstractSet[str]], kept: Collection[str] = ()
) -> Iterator[tuple[int, str, str]]:
    """What is wrong with services, as index, field and message. Servers in `kept` may be retired."""
    for index, service in enumerate(services):
        named = {"server": service.server}
        # An attempt that cannot be read has been reported, and has no server.
        named |= {f"attempts/{place}/server": attempt.server for place, attempt in enumerate(service.attempts or ())}
        for field, server in named.items():
            if server is not None and server not in known["server"] and server not in kept:
                yield index, field, f"there is no server {server}"
        if service.outcome == "served" and service.served_at is None:
            yield index, "served_at", "is missing; a service with the outcome served has a time"
        if service.outcome != "served" and service.served_at is not None:
            yield index, "served_at", "is only allowed with the outcome served"


def localized(services: Sequence[ServiceT], zone: ZoneInfo) -> list[ServiceT]:
    """The services with their times in the zone of the branch; times without a zone are already local."""
    return [
        service.model_copy(
            update={
                "served_at": None if service.served_at is None else _local(service.served_at, zone),
                "attempts": tuple(
                    attempt.model_copy(update={"at": _local(attempt.at, zone)}) for attempt in service.attempts
                ),
            }
        )
        for service in services
    ]


def _local(moment: datetime, zone: ZoneInfo) -> datetime:
    return moment.replace(tzinfo=zone) if moment.tzinfo is None else moment.astimezone(zone)


def attempts_of(stored: Sequence[Any]) -> tuple[ServiceAttempt, ...]:
    """Reads attempts from the JSON document in which the database stores them."""
    return tuple(
        ServiceAttempt.model_construct(**{**attempt, "at": datetime.fromisoformat(attempt["at"])}) for attempt in stored
    )


def servers_of(services: Sequence[Service]) -> set[str]:
    """The servers that the services name."""
    named = {service.server for service in services}
    named |= {attempt.server for service in services for attempt in service.attempts}
    return {server for server in named if server is not None}


def service_key(row: ServiceRow) -> tuple[str, int]:
    """What must be unique in a file of services: the order and the place there."""
    return fold(row.work_order), row.service
