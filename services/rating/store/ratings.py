"""Ratings: written with their lines, read with their explanation, announced as events."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from services.rating.rules.pricing import Rated, RatedLine, explain
from services.rating.rules.ratings import RatingHead
from shared.contracts.work_order_rated import WorkOrderRated
from shared.database import columns, execute, fetch_all, fetch_one
from shared.events import outbox

_LINE_TYPES = {
    "position": "int",
    "billing_item": "text",
    "income_account": "text",
    "quantity": "numeric",
    "quantity_source": "text",
    "unit_rate": "numeric",
    "amount": "numeric",
    "taxable": "boolean",
    "fee_advance": "boolean",
    "origin": "text",
    "method": "text",
    "comment": "text",
    "original_amount": "numeric",
    "override_reason": "text",
    "servers": "jsonb",
}


async def insert(
    session: AsyncSession, rated: Sequence[Rated], versions: Mapping[int, int], rated_by: str, rated_at: datetime
) -> None:
    """Writes ratings with their lines and moves their orders to `rated`, in three statements.

    `versions` gives the version of each order's new rating. The orders are locked by the caller.
    """
    made = await session.execute(
        text(
            """
            INSERT INTO rating (work_order_id, version, profile_id, region, rated_by, rated_at, charges_total,
                                advances_total, total, explanation)
            SELECT work_order_id, version, profile_id, region, :rated_by, :rated_at, charges_total, advances_total,
                   charges_total + advances_total, CAST(explanation AS json)
            FROM unnest(
                CAST(:work_order_id AS bigint[]), CAST(:version AS int[]), CAST(:profile_id AS bigint[]),
                CAST(:region AS text[]), CAST(:charges_total AS numeric[]), CAST(:advances_total AS numeric[]),
                CAST(:explanation AS text[])
            ) AS new (work_order_id, version, profile_id, region, charges_total, advances_total, explanation)
            RETURNING id, work_order_id
            """
        ),
        {
            "rated_by": rated_by,
            "rated_at": rated_at,
            "version": [versions[one.work_order_id] for one in rated],
            "profile_id": [one.profile.id for one in rated],
            "explanation": [json.dumps(explain(one)) for one in rated],
            **columns(rated, "work_order_id", "region", "charges_total", "advances_total"),
        },
    )
    ids = {row.work_order_id: row.id for row in made}
    written = [line for one in rated for line in one.lines]
    values: dict[str, list[Any]] = columns(written, *_LINE_TYPES)
    values["servers"] = [json.dumps(line.servers) if line.servers else "[]" for line in written]
    names = ", ".join(_LINE_TYPES)
    # An array of documents travels as text, because the driver would take it for one document.
    arrays = ", ".join(
        f"CAST(:{name} AS {'text' if kind == 'jsonb' else kind}[])" for name, kind in _LINE_TYPES.items()
    )
    await execute(
        session,
        f"""
        INSERT INTO rating_line (rating_id, {names})
        SELECT rating_id, {names.replace("servers", "CAST(servers AS jsonb)")}
        FROM unnest(CAST(:rating_id AS bigint[]), {arrays}) AS line (rating_id, {names})
        """,
        rating_id=[ids[one.work_order_id] for one in rated for _ in one.lines],
        **values,
    )
    await execute(
        session,
        """
        UPDATE work_order
        SET status = CASE work_order.status WHEN 'open' THEN 'rated' ELSE work_order.status END,
            rating_version = new.version, revision = revision + 1
        FROM unnest(CAST(:order_ids AS bigint[]), CAST(:versions AS int[])) AS new (id, version)
        WHERE work_order.id = new.id
        """,
        order_ids=[one.work_order_id for one in rated],
        versions=[versions[one.work_order_id] for one in rated],
    )


async def announce(session: AsyncSession, order_ids: Sequence[int]) -> None:
    """Writes one `work-order-rated` for each order, with its rating as it now is, or its absence."""
    await outbox.append_selected(
        session,
        WorkOrderRated,
        """
        SELECT json_build_object(
            'work_order_id', w.id, 'number', w.number, 'revision', w.revision, 'rating_version', w.rating_version,
            'state', CASE WHEN r.id IS NULL THEN 'removed' ELSE 'rated' END,
            'ar_company', b.ar_company, 'branch', w.branch, 'customer', w.customer, 'bill_to', w.bill_to,
            'rated_at', coalesce(r.rated_at, w.changed_at),
            'lines', coalesce(
                (SELECT json_agg(json_build_object(
                    'billing_item', l.billing_item, 'income_account', l.income_account, 'quantity', l.quantity::text,
                    'unit_rate', l.unit_rate::text, 'amount', l.amount::text, 'taxable', l.taxable,
                    'fee_advance', l.fee_advance) ORDER BY l.position)
                 FROM rating_line l WHERE l.rating_id = r.id),
                '[]'::json),
            'charges_total', coalesce(r.charges_total, 0.00)::text,
            'advances_total', coalesce(r.advances_total, 0.00)::text,
            'total', coalesce(r.total, 0.00)::text) AS data
        FROM work_order w
        JOIN branch b ON b.code = w.branch
        LEFT JOIN rating r ON r.work_order_id = w.id AND r.version = w.rating_version
        WHERE w.id = ANY(CAST(:order_ids AS bigint[])) ORDER BY w.id
        """,
        order_ids=list(order_ids),
    )


_HEAD = """
    SELECT id, work_order_id, version, profile_id, region, rated_by, rated_at, charges_total, advances_total, total,
           explanation
    FROM rating
"""


async def find(session: AsyncSession, order_id: int, version: int) -> RatingHead | None:
    return await fetch_one(
        session,
        RatingHead,
        f"{_HEAD} WHERE work_order_id = :order_id AND version = :version",
        order_id=order_id,
        version=version,
    )


async def find_before(session: AsyncSession, order_id: int, version: int) -> RatingHead | None:
    """The last rating that an order had before a version."""
    return await fetch_one(
        session,
        RatingHead,
        f"{_HEAD} WHERE work_order_id = :order_id AND version < :version ORDER BY version DESC LIMIT 1",
        order_id=order_id,
        version=version,
    )


async def history(session: AsyncSession, order_id: int) -> list[RatingHead]:
    """All ratings that the order ever had, the newest first."""
    return await fetch_all(
        session, RatingHead, f"{_HEAD} WHERE work_order_id = :order_id ORDER BY version DESC", order_id=order_id
    )


async def lines(session: AsyncSession, rating_id: int) -> list[RatedLine]:
    return await fetch_all(
        session,
        RatedLine,
        f"SELECT {', '.join(_LINE_TYPES)} FROM rating_line WHERE rating_id = :rating_id ORDER BY position",
        rating_id=rating_id,
    )
