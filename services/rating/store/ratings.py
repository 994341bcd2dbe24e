"""Ratings: written with their lines, read with their explanation, announced as events."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import fields
from datetime import datetime
from operator import attrgetter

from pydantic_core import to_json
from sqlalchemy.ext.asyncio import AsyncSession

from services.rating.rules.pricing import Rated, RatedLine, explain
from services.rating.rules.ratings import RatingHead
from shared.contracts.work_order_rated import WorkOrderRated
from shared.database.statements import copy_records, execute, fetch_all, fetch_one, fetch_values
from shared.events import outbox

_LINE = tuple(one.name for one in fields(RatedLine))
_PLAIN = tuple(name for name in _LINE if name != "servers")


async def insert(
    session: AsyncSession, rated: Sequence[Rated], versions: Mapping[int, int], rated_by: str, rated_at: datetime
) -> None:
    """Writes ratings with their lines and moves their orders to `rated`, in four statements.

    `versions` gives the version of each order's new rating. The orders are locked by the caller.
    """
    ids = await fetch_values(
        session, "SELECT nextval('rating_id_seq') FROM generate_series(1, :count)", count=len(rated)
    )
    await copy_records(
        session,
        "rating",
        (
            "rated_by",
            "rated_at",
            "id",
            "work_order_id",
            "version",
            "profile_id",
            "region",
            "charges_total",
            "advances_total",
            "total",
            "explanation",
        ),
        [
            (
                rated_by,
                rated_at,
                rating_id,
                one.work_order_id,
                versions[one.work_order_id],
                one.profile.id,
                one.region,
                one.charges_total,
                one.advances_total,
                one.total,
                to_json(explain(one)).decode(),
            )
            for rating_id, one in zip(ids, rated, strict=True)
        ],
    )
    plain = attrgetter(*_PLAIN)
    await copy_records(
        session,
        "rating_line",
        ("rating_id", "servers", *_PLAIN),
        [
            (rating_id, json.dumps(line.servers) if line.servers else "[]", *plain(line))
            for rating_id, one in zip(ids, rated, strict=True)
            for line in one.lines
        ],
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
        f"SELECT {', '.join(_LINE)} FROM rating_line WHERE rating_id = :rating_id ORDER BY position",
        rating_id=rating_id,
    )
