"""The rows of ratings and their lines, and the events about them."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from operator import attrgetter

from pydantic import TypeAdapter
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from services.rating.rules.rated import Explanation, Rated, RatedLine, ServerPart, explain
from services.rating.rules.rating_warnings import RatingFacts, facts_of
from services.rating.rules.ratings import RatingHead
from services.rating.store.facts import FACT_FIELDS, FACTS
from shared.contracts.work_order_rated import WorkOrderRated
from shared.database.pages import PageQuery, Sorting, Where, fetch_list_count, fetch_page
from shared.database.statements import copy_records, execute, fetch_all, fetch_values
from shared.events import outbox
from shared.values.fields import field_names

_LINE = field_names(RatedLine)
_PARTS = TypeAdapter(Sequence[ServerPart])
_EXPLANATION = TypeAdapter(Explanation)
_SHOWN = ", ".join(name if name != "charged" else "coalesce(charged, quantity) AS charged" for name in _LINE)
"""Ratings of older releases have no `charged`."""
_PLAIN = tuple(name for name in _LINE if name != "servers")


async def insert(
    session: AsyncSession, rated: Sequence[Rated], versions: Mapping[int, int], rated_by: str, rated_at: datetime
) -> None:
    """Adds ratings with their lines and marks their orders as rated, in four statements for any number of ratings.

    `versions` are the versions of the new ratings, by order id. The caller has locked the orders.
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
            "rates_digest",
        ),
        [
            (
                rated_by,
                rated_at,
                rating_id,
                rating.work_order_id,
                versions[rating.work_order_id],
                rating.profile.id,
                rating.region,
                rating.charges_total,
                rating.advances_total,
                rating.total,
                _EXPLANATION.dump_json(explain(rating)).decode(),
                rating.rates_digest,
            )
            for rating_id, rating in zip(ids, rated, strict=True)
        ],
    )
    plain = attrgetter(*_PLAIN)
    await copy_records(
        session,
        "rating_line",
        ("rating_id", "servers", *_PLAIN),
        [
            (rating_id, _PARTS.dump_json(line.servers).decode() if line.servers else "[]", *plain(line))
            for rating_id, rating in zip(ids, rated, strict=True)
            for line in rating.lines
        ],
    )
    await _move_orders(session, {rating.work_order_id: versions[rating.work_order_id] for rating in rated})


async def _move_orders(session: AsyncSession, versions: Mapping[int, int]) -> None:
    """Saves the new rating versions, given by order id, and changes open orders to rated."""
    await execute(
        session,
        """
        UPDATE work_order
        SET status = CASE work_order.status WHEN 'open' THEN 'rated' ELSE work_order.status END,
            rating_version = new.version, revision = revision + 1
        FROM unnest(CAST(:order_ids AS bigint[]), CAST(:versions AS int[])) AS new (id, version)
        WHERE work_order.id = new.id
        """,
        order_ids=list(versions),
        versions=list(versions.values()),
    )


PUBLISHED = frozenset({"number", "customer", "bill_to", "branch", "services", *FACT_FIELDS})
"""The fields of an order that its event carries, beside its rating."""


async def announce(session: AsyncSession, order_ids: Sequence[int]) -> None:
    """Appends a `work-order-rated` event for each order, with its current rating or without one if it was removed."""
    await outbox.append_selected(
        session,
        WorkOrderRated,
        f"""
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
            'total', coalesce(r.total, 0.00)::text, 'facts', {FACTS}) AS data
        FROM work_order w
        JOIN branch b ON b.code = w.branch
        LEFT JOIN rating r ON r.work_order_id = w.id AND r.version = w.rating_version
        WHERE w.id = ANY(CAST(:order_ids AS bigint[])) ORDER BY w.id
        """,
        order_ids=list(order_ids),
    )


_HEAD = f"SELECT {', '.join(field_names(RatingHead))} FROM rating"


async def _heads(
    session: AsyncSession, condition: str, *, most: int | None = None, **parameters: object
) -> list[RatingHead]:
    """The ratings that match the condition, newest first."""
    statement = f"{_HEAD} WHERE {condition} ORDER BY version DESC LIMIT CAST(:most AS bigint)"
    found = await fetch_all(session, RatingHead, statement, most=most, **parameters)
    return [replace(head, explanation=_EXPLANATION.validate_python(head.explanation)) for head in found]


async def find(session: AsyncSession, order_id: int, version: int) -> RatingHead | None:
    """One version of an order's rating, or None if it does not exist."""
    condition = "work_order_id = :order_id AND version = :version"
    found = await _heads(session, condition, most=1, order_id=order_id, version=version)
    return found[0] if found else None


RATED_WITH = """
    CASE WHEN w.status IN ('rated', 'assigned') THEN CAST(r.explanation -> 'key' AS jsonb) || jsonb_build_object(
        'region_from', r.explanation -> 'region_from', 'from_zip', w.from_zip, 'served_zip', w.served_zip) END
"""
"""What the current rating `r` of an order `w` was made with (see `facts_of`), or null if there is nothing left to warn of."""


async def find_facts(session: AsyncSession, order_id: int) -> RatingFacts | None:
    """The facts about the current rating of an order, or None if it has none that is not exported."""
    found = await session.execute(
        text(
            f"""
            SELECT r.total, {RATED_WITH} AS rated_with, w.service_on, r.rates_digest
            FROM work_order w JOIN rating r ON r.work_order_id = w.id AND r.version = w.rating_version
            WHERE w.id = :order_id
            """
        ),
        {"order_id": order_id},
    )
    row = found.one_or_none()
    return None if row is None else facts_of(row.total, row.rated_with, row.service_on, row.rates_digest)


async def find_before(session: AsyncSession, order_id: int, version: int) -> RatingHead | None:
    """The last rating of an order before a version, or None if there was none."""
    condition = "work_order_id = :order_id AND version < :version"
    found = await _heads(session, condition, most=1, order_id=order_id, version=version)
    return found[0] if found else None


SORTING = Sorting({"version": ("r.version", "int")}, default="-version", key="r.version")


async def list_ratings(
    session: AsyncSession, order_id: int, query: PageQuery
) -> tuple[list[RatingHead], str | None, int | None]:
    """One page of the ratings that the order ever had, the cursor of the next page, and how many there are."""
    source, where = "rating r", Where().add("r.work_order_id = :order_id", order_id=order_id)
    found, cursor = await fetch_page(
        session,
        RatingHead,
        columns=", ".join(f"r.{name}" for name in field_names(RatingHead)),
        source=source,
        where=where,
        sorting=SORTING,
        query=query,
    )
    heads = [replace(head, explanation=_EXPLANATION.validate_python(head.explanation)) for head in found]
    return heads, cursor, await fetch_list_count(session, source, where, query)


async def lines(session: AsyncSession, rating_id: int) -> list[RatedLine]:
    """The lines of a rating, sorted by position."""
    found = await fetch_all(
        session,
        RatedLine,
        f"SELECT {_SHOWN} FROM rating_line WHERE rating_id = :rating_id ORDER BY position",
        rating_id=rating_id,
    )
    return [replace(line, servers=_PARTS.validate_python(line.servers)) for line in found]
