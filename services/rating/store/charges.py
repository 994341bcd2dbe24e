"""The rows of the charges of orders."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from services.rating.models import metadata
from services.rating.records.charges import Charge, ChargeEntry, Prebill
from services.rating.rules.charges import OrderCharge, shares_of
from services.rating.store.work_orders import SIDES
from shared.access.grants import Scope
from shared.database.columns import arrays_of, column_types, to_document, values_of
from shared.database.pages import PageQuery, Sorting, Where, fetch_list_count, fetch_page
from shared.database.statements import columns, execute, fetch_all, fetch_values
from shared.values.fields import field_names

_ITEM = ("income_account", "taxable", "fee_advance", "print_zero")
_COLUMNS = ", ".join(f"{'i' if name in _ITEM else 'c'}.{name}" for name in field_names(OrderCharge))
_TYPES = column_types(metadata.tables["order_charge"], ChargeEntry)


async def of_orders(session: AsyncSession, order_ids: Sequence[int]) -> Mapping[int, list[OrderCharge]]:
    """The charges of many orders by order id, oldest first, in one statement."""
    found = await fetch_all(
        session,
        OrderCharge,
        f"""
        SELECT {_COLUMNS} FROM order_charge c JOIN billing_item i ON i.name = c.billing_item
        WHERE c.work_order_id = ANY(CAST(:order_ids AS bigint[])) ORDER BY c.id
        """,
        order_ids=list(order_ids),
    )
    charges: dict[int, list[OrderCharge]] = defaultdict(list)
    for charge in found:
        charges[charge.work_order_id].append(charge.model_copy(update={"servers": shares_of(charge.servers)}))
    return charges


CHARGE_SORTING = Sorting({"id": ("c.id", "bigint")}, default="id", key="c.id")


async def list_charges(
    session: AsyncSession, order_id: int, query: PageQuery
) -> tuple[list[OrderCharge], str | None, int | None]:
    """One page of the charges of an order, oldest first, the cursor of the next page, and how many there are."""
    source = "order_charge c JOIN billing_item i ON i.name = c.billing_item"
    where = Where().add("c.work_order_id = :order_id", order_id=order_id)
    found, cursor = await fetch_page(
        session, OrderCharge, columns=_COLUMNS, source=source, where=where, sorting=CHARGE_SORTING, query=query
    )
    charges = [charge.model_copy(update={"servers": shares_of(charge.servers)}) for charge in found]
    return charges, cursor, await fetch_list_count(session, "order_charge c", where, query)


async def insert(session: AsyncSession, charges: Sequence[tuple[int, ChargeEntry]], entered_by: str) -> list[int]:
    """Adds charges, each with the id of its order, in one statement, and returns their ids."""
    entries = [entry for _, entry in charges]
    names = ", ".join(_TYPES)
    return await fetch_values(
        session,
        f"""
        INSERT INTO order_charge (work_order_id, entered_by, {names})
        SELECT work_order_id, :entered_by, {values_of(_TYPES)}
        FROM unnest(CAST(:order_ids AS bigint[]), {arrays_of(_TYPES)}) AS entry (work_order_id, {names})
        RETURNING id
        """,
        entered_by=entered_by,
        order_ids=[order_id for order_id, _ in charges],
        **columns(entries, *_TYPES) | {"servers": [to_document(entry.servers) for entry in entries]},
    )


PREBILL_SORTING = Sorting({"id": ("c.id", "bigint"), "work_order": ("w.number", "text")}, default="id", key="c.id")


async def list_prebills(
    session: AsyncSession, scope: Scope, number: str | None, query: PageQuery
) -> tuple[list[Prebill], str | None, int | None]:
    """One page of the prebills of the orders in scope, the cursor of the next page, and how many match.

    `number` is the number of an order; None means all orders.
    """
    source = "order_charge c JOIN work_order w ON w.id = c.work_order_id JOIN branch b ON b.code = w.branch"
    where = (
        Where(["c.kind = 'prebill'"])
        .within(scope, **SIDES)
        .add("(w.number = :number OR w.number_key = lower(:number))", number=number)
    )
    found, cursor = await fetch_page(
        session,
        Prebill,
        columns="w.number AS work_order, " + ", ".join(f"c.{name}" for name in field_names(Charge)),
        source=source,
        where=where,
        sorting=PREBILL_SORTING,
        query=query,
    )
    prebills = [prebill.model_copy(update={"servers": shares_of(prebill.servers)}) for prebill in found]
    return prebills, cursor, await fetch_list_count(session, source, where, query)


async def delete(session: AsyncSession, order_id: int, charge_id: int) -> bool:
    """Removes a charge from its order; returns False if the order has no such charge."""
    return bool(
        await execute(
            session,
            "DELETE FROM order_charge WHERE id = :charge_id AND work_order_id = :order_id",
            charge_id=charge_id,
            order_id=order_id,
        )
    )
