"""The rows of work orders."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from services.rating.models import metadata
from services.rating.records.work_orders import EnteredOrder, OrderEntry
from services.rating.rules.charges import shares_of
from services.rating.rules.listed_orders import OrderFacts
from services.rating.rules.quantities import quantities_of
from services.rating.rules.work_orders import (
    NOWHERE,
    Closing,
    OrderFilter,
    OrderStatus,
    OrderTotals,
    Whereabouts,
    WorkOrder,
)
from services.rating.store.order_pages import fetch_orders
from services.rating.store.ratings import RATED_WITH
from shared.access.grants import Scope
from shared.database.columns import arrays_of, column_types, to_codes, to_document, values_of
from shared.database.pages import PageQuery, Sorting, Where, containing, fetch_page
from shared.database.scope import scope_condition
from shared.database.search import SHORTEST_PART, beginning
from shared.database.spellings import spellings
from shared.database.statements import columns, execute, fetch_all, fetch_one, fetch_values
from shared.values.fields import field_names, maker, parts_of
from shared.values.names import fold

_ELSEWHERE = {
    "ar_company": "b.ar_company",
    "customer_type": "c.customer_type",
    "customer_name": "c.name AS customer_name",
    "bill_to_name": "t.name AS bill_to_name",
    "ar_number": "i.ar_number",
    "ar_invoice_id": "i.ar_invoice_id",
    "total": "r.total",
    "rated_with": f"{RATED_WITH} AS rated_with",
    "rates_digest": "r.rates_digest",
    "changed_by": "w.touched_by AS changed_by",
    "changed_at": "coalesce(w.touched_at, w.changed_at) AS changed_at",
}


def _columns(kind: type[object]) -> str:
    """The columns of an order for the fields of `kind`."""
    return ", ".join(_ELSEWHERE.get(name, f"w.{name}") for name in field_names(kind))


_SOURCE = """
    work_order w
    JOIN branch b ON b.code = w.branch
    LEFT JOIN customer c ON c.ar_company = b.ar_company AND c.number = w.customer
"""
BRANCH = "JOIN branch b ON b.code = w.branch"
SIDES = {"branch": "w.branch", "customer": "w.bill_to", "ar_company": "b.ar_company"}
"""The columns that the limits of a caller apply to, over `work_order w` and its `branch b`."""
SORTING = Sorting(
    fields={
        "id": ("w.id", "bigint"),
        "number": ("w.number", "text"),
        "service_on": ("w.service_on", "date"),
        "branch": ("w.branch", "text"),
        "bill_to": ("w.bill_to", "text"),
        "status": ("w.status", "text"),
        "total": ("w.total", "numeric"),
    },
    default="id",
    key="w.id",
)
NAMED = ("number", "reference", "case_title", "cause_number", "matter")
"""What people search orders by."""
_ENTRY_TYPES = column_types(metadata.tables["work_order"], OrderEntry)


async def _orders(session: AsyncSession, condition: str, *, lock: bool, **parameters: object) -> list[WorkOrder]:
    """The orders that match the condition, sorted by id; with `lock` locked against other changes."""
    held = "FOR NO KEY UPDATE OF w" if lock else ""
    statement = f"SELECT {_columns(WorkOrder)} FROM {_SOURCE} WHERE {condition} ORDER BY w.id {held}"
    result = await session.execute(text(statement), parameters)
    names = tuple(result.keys())
    make = maker(WorkOrder, names)
    rows = [dict(zip(names, row, strict=True)) for row in result]
    for row in rows:
        row |= {"servers": shares_of(row["servers"]), "quantities": quantities_of(row["quantities"])}
    return [make(row) for row in rows]


async def find(session: AsyncSession, scope: Scope, order_id: int, *, lock: bool = False) -> WorkOrder | None:
    """The order, or None if it does not exist or is out of scope; with `lock` locked against other changes."""
    found = await find_all(session, scope, [order_id], lock=lock)
    return found[0] if found else None


async def lock_ready_for_rating(
    session: AsyncSession, order_ids: Sequence[int], statuses: Sequence[OrderStatus]
) -> list[WorkOrder]:
    """Locks those of the orders that still have one of the statuses and are ready, and returns them sorted by id."""
    return await _orders(
        session,
        """
        w.id = ANY(CAST(:order_ids AS bigint[])) AND w.status = ANY(CAST(:statuses AS text[]))
        AND w.pod_received AND w.field_status IN ('served', 'not_served', 'cancelled')
        """,
        lock=True,
        order_ids=list(order_ids),
        statuses=list(statuses),
    )


async def last_closing(session: AsyncSession, order_id: int) -> Closing | None:
    """Why the order was last closed or reopened, or None if it never was."""
    return await fetch_one(
        session,
        Closing,
        """
        SELECT action, reason, done_by, done_at FROM order_step
        WHERE work_order_id = :order_id AND action IN ('zero_bill', 'reopen', 'void', 'unvoid') ORDER BY id DESC LIMIT 1
        """,
        order_id=order_id,
    )


@dataclass(frozen=True)
class _Whereabouts(Whereabouts):
    work_order_id: int


async def whereabouts(session: AsyncSession, order_id: int) -> Whereabouts:
    """The last export of an order: its run, and its invoice in receivables, if there is one."""
    return (await find_whereabouts(session, [order_id])).get(order_id, NOWHERE)


async def find_whereabouts(session: AsyncSession, order_ids: Sequence[int]) -> dict[int, Whereabouts]:
    """The last exports of those of the orders that were ever exported, by order id."""
    found = await fetch_all(
        session,
        _Whereabouts,
        """
        SELECT o.work_order_id, e.run_id, e.ar_company, i.ar_number, i.ar_month, i.ar_transaction, i.ar_invoice_id
        FROM unnest(CAST(:order_ids AS bigint[])) AS named (id)
        CROSS JOIN LATERAL (
            SELECT * FROM export_order x WHERE x.work_order_id = named.id ORDER BY x.version DESC, x.attempt DESC LIMIT 1
        ) AS o
        JOIN export_invoice e ON e.invoice_id = o.invoice_id AND e.attempt = o.invoice_attempt
        JOIN invoice i ON i.id = o.invoice_id
        """,
        order_ids=list(order_ids),
    )
    return {one.work_order_id: Whereabouts(**parts_of(one, Whereabouts)) for one in found}


def named(prefix: str, pattern: str) -> str:
    """The condition that an order is named like the pattern, or has a service for somebody who is.

    Trigram indexes answer it. The services are read first, as an array: a subquery would keep the planner from the indexes.
    """
    served = f"ARRAY(SELECT s.work_order_id FROM work_order_service s WHERE s.party ILIKE {pattern})"
    return " OR ".join([f"{prefix}{name} ILIKE {pattern}" for name in NAMED] + [f"{prefix}id = ANY({served})"])


async def save_fields(session: AsyncSession, kind: type[Any], values: Mapping[int, object]) -> None:
    """Saves the fields of `kind` of orders, given by order id, in one statement, and raises their revisions."""
    types = column_types(metadata.tables["work_order"], kind)
    assigned = ", ".join(
        f"{name} = CAST(said.{name} AS jsonb)" if kind == "JSONB" else f"{name} = said.{name}"
        for name, kind in types.items()
    )
    await execute(
        session,
        f"""
        UPDATE work_order w SET {assigned}, revision = revision + 1, changed_at = now()
        FROM unnest(CAST(:order_ids AS bigint[]), {arrays_of(types)}) AS said (id, {", ".join(types)})
        WHERE w.id = said.id
        """,
        order_ids=list(values),
        **_documented(columns(list(values.values()), *types), types),
    )


def _documented(parameters: dict[str, list[Any]], types: Mapping[str, str]) -> dict[str, list[Any]]:
    """The parameters of an `unnest`, those of JSON columns as text."""
    return {
        name: [to_document(value) for value in values] if types[name] == "JSONB" else values
        for name, values in parameters.items()
    }


def searched(where: Where, search: str | None) -> Where:
    """Adds the condition that an order has a text in what names it (NAMED), or that its number begins so."""
    if search is not None and len(search) < SHORTEST_PART:
        return where.add("w.number_key >= :first AND w.number_key < :last", **beginning(fold(search)))
    return where.add(f"({named('w.', ':search')})", search=containing(search))


async def _where(session: AsyncSession, scope: Scope, filters: OrderFilter) -> Where:
    where = (
        Where()
        .within(scope, **SIDES)
        .one_of("w.status", "status", filters.status)
        .add("w.branch = :branch", branch=filters.branch)
        .one_of("w.customer", "customer", await spellings(session, filters.customer, as_given=True))
        .one_of("w.bill_to", "bill_to", await spellings(session, filters.bill_to, as_given=True))
        .add("w.service_on >= :service_from", service_from=filters.service_from)
        .add("w.service_on <= :service_to", service_to=filters.service_to)
        .add("w.due_on >= :due_from", due_from=filters.due_from)
        .add("w.due_on <= :due_to", due_to=filters.due_to)
    )
    if filters.status is None:
        where.terms.append("w.status <> 'void'")
    if filters.reason is not None:
        refused = "SELECT e.work_order_id FROM order_estimate e WHERE e.why <> '' AND e.why = :reason"
        where.add(f"w.status = 'open' AND w.id IN ({refused})", reason=filters.reason)
    return searched(where, filters.search)


_LISTED = f"""
    {BRANCH}
    LEFT JOIN rating r ON r.work_order_id = w.id AND r.version = w.rating_version
    LEFT JOIN invoice i ON i.id = w.invoice_id
    LEFT JOIN customer c ON c.ar_company = b.ar_company AND c.number = w.customer
    LEFT JOIN customer t ON t.ar_company = b.ar_company AND t.number = w.bill_to
"""


def branch_if_limited(scope: Scope) -> str:
    """The join of orders `work_order w` with their branch, if the limits of the caller need its company."""
    return BRANCH if any(limits.ar_companies for limits in scope.limits) else ""


def _by_date_if_filtered(filters: OrderFilter, query: PageQuery) -> PageQuery:
    """Orders of certain service dates are sorted by these, unless the caller chooses: that index finds them at once."""
    filtered = filters.service_from is not None or filters.service_to is not None
    return replace(query, sort="service_on") if filtered and query.sort is None else query


async def list_orders(
    session: AsyncSession, scope: Scope, filters: OrderFilter, query: PageQuery
) -> tuple[list[OrderFacts], str | None]:
    """One page of the orders that match, and the cursor of the next page."""
    return await fetch_orders(
        session,
        OrderFacts,
        columns=_columns(OrderFacts),
        joined=_LISTED,
        chosen_with=branch_if_limited(scope),
        where=await _where(session, scope, filters),
        sorting=SORTING,
        query=_by_date_if_filtered(filters, query),
    )


async def list_entries(
    session: AsyncSession, scope: Scope, filters: OrderFilter, query: PageQuery
) -> tuple[list[EnteredOrder], str | None]:
    """One page of the orders that match, as they were entered, and the cursor of the next page."""
    entries, cursor = await fetch_page(
        session,
        EnteredOrder,
        columns=_columns(EnteredOrder),
        source=f"work_order w {branch_if_limited(scope)}",
        where=await _where(session, scope, filters),
        sorting=SORTING,
        query=_by_date_if_filtered(filters, query),
    )
    return [
        entry.model_copy(update={"servers": shares_of(entry.servers), "quantities": quantities_of(entry.quantities)})
        for entry in entries
    ], cursor


async def total_orders(session: AsyncSession, scope: Scope, filters: OrderFilter) -> OrderTotals:
    """The number and total of all orders that match."""
    where = await _where(session, scope, filters)
    totals = await fetch_one(
        session,
        OrderTotals,
        f"""
        SELECT count(*) AS count, coalesce(sum(w.total), 0.00) AS total
        FROM work_order w {branch_if_limited(scope)} WHERE {where.sql}
        """,
        **where.parameters,
    )
    assert totals is not None
    return totals


async def taken_numbers(session: AsyncSession, numbers: Sequence[str]) -> dict[str, str]:
    """Those of the numbers that are already in use, in any spelling, each with the number of the order."""
    found = await session.execute(
        text(
            """
            WITH named AS MATERIALIZED (SELECT * FROM unnest(CAST(:numbers AS text[])) AS named (number))
            SELECT named.number, w.number AS taken FROM named JOIN work_order w ON w.number_key = lower(named.number)
            UNION ALL
            SELECT named.number, w.number FROM named JOIN work_order w ON w.number = named.number
            """
        ),
        {"numbers": list(numbers)},
    )
    return {row.number: row.taken for row in found}


async def insert(
    session: AsyncSession, entries: Sequence[OrderEntry], entered_by: str, import_id: int | None = None
) -> list[int]:
    """Adds orders in one statement and returns their ids."""
    parameters = _documented(columns(entries, *_ENTRY_TYPES), _ENTRY_TYPES)
    parameters["triggers"] = [to_codes(entry.triggers) for entry in entries]
    names = ", ".join(_ENTRY_TYPES)
    return await fetch_values(
        session,
        f"""
        INSERT INTO work_order ({names}, entered_by, imported, import_id)
        SELECT {values_of(_ENTRY_TYPES)}, :entered_by, CAST(:import_id AS bigint) IS NOT NULL, CAST(:import_id AS bigint)
        FROM unnest({arrays_of(_ENTRY_TYPES)}) AS entry ({names}) RETURNING id
        """,
        entered_by=entered_by,
        import_id=import_id,
        **parameters,
    )


async def update(session: AsyncSession, order_id: int, entry: OrderEntry) -> None:
    """Replaces what was entered for an order and raises its revision."""
    parameters = {name: getattr(entry, name) for name in _ENTRY_TYPES}
    parameters |= {"triggers": list(entry.triggers)}
    parameters |= {name: to_document(parameters[name]) for name, kind in _ENTRY_TYPES.items() if kind == "JSONB"}
    assignments = ", ".join(
        f"{name} = CAST(:{name} AS jsonb)" if kind == "JSONB" else f"{name} = :{name}"
        for name, kind in _ENTRY_TYPES.items()
    )
    await execute(
        session,
        f"UPDATE work_order SET {assignments}, revision = revision + 1, changed_at = now() WHERE id = :id",
        id=order_id,
        **parameters,
    )


async def remove_ratings(session: AsyncSession, order_ids: Sequence[int], done_by: str) -> None:
    """Opens rated orders again. The version of a removed rating is never reused."""
    await execute(
        session,
        """
        WITH opened AS (
            UPDATE work_order
            SET status = 'open', rating_version = rating_version + 1, revision = revision + 1, changed_at = now()
            WHERE id = ANY(CAST(:order_ids AS bigint[])) AND status = 'rated' RETURNING id
        )
        INSERT INTO order_step (work_order_id, action, reason, done_by, done_at)
        SELECT id, 'remove', '', :done_by, now() FROM opened
        """,
        order_ids=list(order_ids),
        done_by=done_by,
    )


async def find_all(
    session: AsyncSession, scope: Scope, order_ids: Sequence[int], *, lock: bool = False
) -> list[WorkOrder]:
    """Those of the orders that are in scope, sorted by id; with `lock` locked against other changes."""
    within, parameters = scope_condition(scope, **SIDES)
    condition = f"w.id = ANY(CAST(:order_ids AS bigint[])) AND {within}"
    return await _orders(session, condition, lock=lock, order_ids=list(order_ids), **parameters)


async def touch(session: AsyncSession, order_ids: Sequence[int]) -> None:
    """Raises the revision of orders after a change in another table, such as their charges."""
    await execute(
        session,
        "UPDATE work_order SET revision = revision + 1, changed_at = now() WHERE id = ANY(CAST(:ids AS bigint[]))",
        ids=list(order_ids),
    )


async def lock_numbers(session: AsyncSession, scope: Scope, numbers: Sequence[str]) -> dict[str, WorkOrder]:
    """Locks the orders in scope that have one of the numbers, and returns them by these numbers.

    A number in another spelling finds its order, too, unless an order has exactly this one.
    """
    within, parameters = scope_condition(scope, **SIDES)
    condition = f"""
        (w.number = ANY(CAST(:numbers AS text[])) OR w.number_key = ANY(CAST(:keys AS text[]))) AND {within}
    """
    keys = [fold(number) for number in numbers]
    found = await _orders(session, condition, lock=True, numbers=list(numbers), keys=keys, **parameters)
    exact = {order.number: order for order in found}
    folded = {fold(order.number): order for order in found}
    orders = {number: exact.get(number) or folded.get(fold(number)) for number in numbers}
    return {number: order for number, order in orders.items() if order is not None}
