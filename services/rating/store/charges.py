"""Charges entered for one order: prebills, lines by hand, overrides."""

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

from sqlalchemy.ext.asyncio import AsyncSession

from services.rating.rules.charges import ChargeEntry, OrderCharge, Prebill, ServerShare
from shared.access.grants import Scope
from shared.database.pages import PageQuery, Sorting, Where, fetch_count, fetch_page
from shared.database.statements import execute, fetch_all, fetch_values

_SELECT = """
    SELECT c.id, c.work_order_id, c.kind, c.billing_item, i.income_account, i.taxable, i.fee_advance, c.bill_type,
           c.quantity, c.rate, c.amount, c.comment, c.entered_by, c.servers, c.commission_method, c.commission_rate
    FROM order_charge c JOIN billing_item i ON i.name = c.billing_item
"""


async def of_orders(session: AsyncSession, order_ids: Sequence[int]) -> Mapping[int, list[OrderCharge]]:
    """The charges of many orders, by order, as they were entered, in one statement."""
    found = await fetch_all(
        session,
        OrderCharge,
        f"{_SELECT} WHERE c.work_order_id = ANY(CAST(:order_ids AS bigint[])) ORDER BY c.id",
        order_ids=list(order_ids),
    )
    charges: dict[int, list[OrderCharge]] = defaultdict(list)
    for one in found:
        charges[one.work_order_id].append(replace(one, servers=_servers(one.servers)))
    return charges


def _servers(kept: Sequence[object]) -> list[ServerShare]:
    return [ServerShare(str(one["server"]), Decimal(one["share"])) for one in kept if isinstance(one, dict)]


async def insert(session: AsyncSession, placed: Sequence[tuple[int, ChargeEntry]], entered_by: str) -> list[int]:
    """Enters charges, each with the id of its order, in one statement; returns their ids."""
    entries = [entry for _, entry in placed]
    return await fetch_values(
        session,
        """
        INSERT INTO order_charge (work_order_id, kind, billing_item, bill_type, quantity, rate, amount, comment, servers,
                                  commission_method, commission_rate, entered_by)
        SELECT work_order_id, kind, billing_item, bill_type, quantity, rate, amount, comment, CAST(servers AS jsonb),
               commission_method, commission_rate, :entered_by
        FROM unnest(
            CAST(:order_ids AS bigint[]), CAST(:kinds AS text[]), CAST(:items AS text[]), CAST(:bill_types AS text[]),
            CAST(:quantities AS numeric[]), CAST(:rates AS numeric[]), CAST(:amounts AS numeric[]),
            CAST(:comments AS text[]), CAST(:servers AS text[]), CAST(:methods AS text[]),
            CAST(:commissions AS numeric[])
        ) AS entry (work_order_id, kind, billing_item, bill_type, quantity, rate, amount, comment, servers,
                    commission_method, commission_rate)
        RETURNING id
        """,
        entered_by=entered_by,
        order_ids=[order_id for order_id, _ in placed],
        kinds=[one.kind for one in entries],
        items=[one.billing_item for one in entries],
        bill_types=[one.bill_type for one in entries],
        quantities=[one.quantity for one in entries],
        rates=[one.rate for one in entries],
        amounts=[one.amount for one in entries],
        comments=[one.comment for one in entries],
        servers=[json.dumps([{"server": s.server, "share": str(s.share)} for s in one.servers]) for one in entries],
        methods=[one.commission_method for one in entries],
        commissions=[one.commission_rate for one in entries],
    )


async def list_prebills(
    session: AsyncSession, scope: Scope, number: str | None, query: PageQuery
) -> tuple[list[Prebill], str | None, int]:
    """One page of the prebills of the orders in scope, and how many fit; `number` is that of an order."""
    source = "order_charge c JOIN work_order w ON w.id = c.work_order_id JOIN branch b ON b.code = w.branch"
    where = (
        Where(["c.kind = 'prebill'"])
        .within(scope, branch="w.branch", customer="w.bill_to", ar_company="b.ar_company")
        .add("w.number = :number", number=number)
    )
    found, cursor = await fetch_page(
        session,
        Prebill,
        columns="""
            w.number AS work_order, c.billing_item, c.quantity, c.rate, c.comment, c.servers, c.commission_method,
            c.commission_rate
        """,
        source=source,
        where=where,
        sorting=Sorting({"id": ("c.id", "bigint"), "work_order": ("w.number", "text")}, default="id", key="c.id"),
        query=query,
    )
    prebills = [replace(one, servers=_servers(one.servers)) for one in found]
    return prebills, cursor, await fetch_count(session, source, where)


async def delete(session: AsyncSession, order_id: int, charge_id: int) -> bool:
    """Takes a charge off its order; False when it is not there."""
    return bool(
        await execute(
            session,
            "DELETE FROM order_charge WHERE id = :charge_id AND work_order_id = :order_id",
            charge_id=charge_id,
            order_id=order_id,
        )
    )
