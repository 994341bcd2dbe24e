"""The rows of the services of orders."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from services.rating.models import metadata
from services.rating.records.work_order_services import Service
from services.rating.rules.quantities import ServedPlace
from services.rating.rules.work_order_services import ListedService, PlacedService, attempts_of
from services.rating.store.work_orders import SIDES
from shared.access.grants import Scope
from shared.database.columns import arrays_of, column_types, to_document, values_of
from shared.database.pages import PageQuery, Sorting, Where, containing, fetch_list_count, fetch_page
from shared.database.statements import columns, execute, fetch_all
from shared.values.fields import field_names

SORTING = Sorting({"id": ("s.id", "bigint"), "work_order": ("w.number", "text")}, default="id", key="s.id")
_TABLE = metadata.tables["work_order_service"]
_TYPES = column_types(_TABLE, PlacedService)
_LISTED = {"work_order": "w.number AS work_order", "service": "s.position AS service", "branch": "w.branch"}


async def of_orders(session: AsyncSession, order_ids: Sequence[int]) -> Mapping[int, list[Service]]:
    """The services of many orders by order id, each in its place, in one statement. Times are in UTC."""
    found = await fetch_all(
        session,
        PlacedService,
        f"""
        SELECT {", ".join(f"s.{name}" for name in field_names(PlacedService))} FROM work_order_service s
        WHERE s.work_order_id = ANY(CAST(:order_ids AS bigint[])) ORDER BY s.work_order_id, s.position
        """,
        order_ids=list(order_ids),
    )
    services: dict[int, list[Service]] = defaultdict(list)
    for placed in found:
        values = {name: getattr(placed, name) for name in field_names(Service)}
        services[placed.work_order_id].append(
            Service.model_construct(**{**values, "attempts": attempts_of(placed.attempts)})
        )
    return services


async def places_of(session: AsyncSession, order_ids: Sequence[int]) -> Mapping[int, list[ServedPlace]]:
    """Where the services of many orders are made, by order id, in one statement."""
    found = await fetch_all(
        session,
        ServedPlace,
        f"""
        SELECT {", ".join(field_names(ServedPlace))} FROM work_order_service
        WHERE work_order_id = ANY(CAST(:order_ids AS bigint[]))
        """,
        order_ids=list(order_ids),
    )
    places: dict[int, list[ServedPlace]] = defaultdict(list)
    for place in found:
        places[place.work_order_id].append(place)
    return places


async def replace(session: AsyncSession, services: Mapping[int, Sequence[Service]]) -> None:
    """Replaces the services of orders, given by order id, in two statements."""
    await execute(
        session,
        "DELETE FROM work_order_service WHERE work_order_id = ANY(CAST(:order_ids AS bigint[]))",
        order_ids=list(services),
    )
    placed = [
        PlacedService.model_construct(**dict(service), work_order_id=order_id, position=position)
        for order_id, several in services.items()
        for position, service in enumerate(several, start=1)
    ]
    names = ", ".join(_TYPES)
    await execute(
        session,
        f"""
        INSERT INTO work_order_service ({names})
        SELECT {values_of(_TYPES)} FROM unnest({arrays_of(_TYPES)}) AS entry ({names})
        """,
        **columns(placed, *_TYPES) | {"attempts": [to_document(service.attempts) for service in placed]},
    )


async def list_services(
    session: AsyncSession, scope: Scope, number: str | None, party: str | None, query: PageQuery
) -> tuple[list[ListedService], str | None, int | None]:
    """One page of the services of the orders in scope, the cursor of the next page, and how many match. Times are in UTC.

    `number` is the number of an order, `party` a part of the name of the person or company.
    """
    source = "work_order_service s JOIN work_order w ON w.id = s.work_order_id JOIN branch b ON b.code = w.branch"
    where = (
        Where(["w.status <> 'void'"])
        .within(scope, **SIDES)
        .add("(w.number = :number OR w.number_key = lower(:number))", number=number)
        .add("s.party ILIKE :party", party=containing(party))
    )
    found, cursor = await fetch_page(
        session,
        ListedService,
        columns=", ".join(_LISTED.get(name, f"s.{name}") for name in field_names(ListedService)),
        source=source,
        where=where,
        sorting=SORTING,
        query=query,
    )
    services = [one.model_copy(update={"attempts": attempts_of(one.attempts)}) for one in found]
    return services, cursor, await fetch_list_count(session, source, where, query)
