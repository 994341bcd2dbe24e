"""The rows of estimates, and the orders that wait to be estimated."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from services.rating.models import metadata
from services.rating.rules.estimates import Estimate, KeptEstimate
from services.rating.store.work_orders import SIDES
from shared.access.grants import Scope
from shared.database.columns import arrays_of, column_types
from shared.database.scope import scope_condition
from shared.database.statements import columns, execute, fetch_all, fetch_values, try_turn
from shared.values.fields import field_names

_TYPES = column_types(metadata.tables["order_estimate"], Estimate)
_FEW_PROFILES = 20
"""Up to as many changed profiles are compared with each open order. After more, all orders of their branches wait."""
_KEPT_HOURS = 1
_KEPT = f"""
    SELECT {", ".join(f"e.{name}" for name in field_names(KeptEstimate))}
    FROM order_estimate e
    JOIN work_order w ON w.id = e.work_order_id
    JOIN branch b ON b.code = w.branch
"""
_CURRENT = """
    w.status = 'open' AND NOT EXISTS (SELECT FROM order_to_estimate q WHERE q.work_order_id = w.id)
    AND NOT EXISTS (SELECT FROM rate_table_change WHERE NOT passed_on)
"""
"""Nothing that the estimate depends on has changed since it was made."""


async def take_turn(session: AsyncSession) -> bool:
    """Whether this is the only transaction that estimates; it remains so until it ends.

    Two would not know whose estimate of an order is the newer one.
    """
    return await try_turn(session, "estimates")


async def note_touched(session: AsyncSession) -> bool:
    """Notes the open orders that the newest changes of rate tables can touch; returns False without a change.

    These are the orders whose estimate was made with a changed profile, or whose key and service date match it now;
    those that have no region and a ZIP whose regions changed; those with a ZIP whose zone changed; and those with a charge
    of a changed billing item. Their new estimates are made with a rate table that has these changes.
    """
    changes = await fetch_values(
        session, "UPDATE rate_table_change SET passed_on = true WHERE NOT passed_on RETURNING id"
    )
    if not changes:
        return False
    await execute(
        session,
        """
        WITH change AS MATERIALIZED (
            SELECT DISTINCT kind, name, CASE kind WHEN 'billing_profile' THEN CAST(name AS bigint) END AS profile_id
            FROM rate_table_change WHERE id = ANY(CAST(:changes AS bigint[]))
        ), profile AS MATERIALIZED (
            SELECT p.* FROM billing_profile p JOIN change ON change.profile_id = p.id
        ), many AS MATERIALIZED (
            SELECT DISTINCT branch FROM profile WHERE (SELECT count(*) FROM profile) > :few
        ), few AS MATERIALIZED (
            SELECT * FROM profile WHERE (SELECT count(*) FROM profile) <= :few
        ), touched AS (
            SELECT w.id FROM work_order w JOIN many ON w.branch = many.branch WHERE w.status = 'open'
            UNION
            SELECT e.work_order_id FROM order_estimate e JOIN change ON change.profile_id = e.profile_id
            UNION
            SELECT w.id
            FROM few
            JOIN work_order w ON w.branch = few.branch AND few.priority IN (w.priority, 'ANY')
                AND few.job_type IN (w.job_type, 'ANY') AND w.service_on >= few.effective_from
                AND (few.effective_to IS NULL OR w.service_on <= few.effective_to)
            JOIN order_estimate e ON e.work_order_id = w.id AND few.region IN (e.region, 'ANY') AND e.region IS NOT NULL
            JOIN branch b ON b.code = w.branch
            LEFT JOIN customer c ON c.ar_company = b.ar_company AND c.number = w.customer
            WHERE w.status = 'open' AND (few.customer_type = 'ANY' OR few.customer_type = c.customer_type)
            UNION
            SELECT w.id FROM change JOIN work_order w ON left(w.served_zip, 5) = change.name
            WHERE change.kind = 'region_zip' AND w.status = 'open' AND w.region IS NULL
            UNION
            SELECT w.id
            FROM change
            JOIN work_order w ON starts_with(w.served_zip, change.name) OR starts_with(w.from_zip, change.name)
            WHERE change.kind = 'zone_zip' AND w.status = 'open'
            UNION
            SELECT w.id
            FROM change
            JOIN order_charge k ON k.billing_item = change.name
            JOIN work_order w ON w.id = k.work_order_id
            WHERE change.kind = 'billing_item' AND w.status = 'open'
        )
        INSERT INTO order_to_estimate (work_order_id)
        SELECT id FROM touched
        WHERE NOT EXISTS (SELECT FROM order_to_estimate q WHERE q.work_order_id = touched.id) ORDER BY id
        """,
        changes=changes,
        few=_FEW_PROFILES,
    )
    # Processes load what changed since they last looked; those that have not for longer load everything.
    await execute(
        session,
        """
        DELETE FROM rate_table_change
        WHERE passed_on AND changed_at < now() - make_interval(hours => :hours)
          AND content <> (SELECT content FROM rate_table_state)
        """,
        hours=_KEPT_HOURS,
    )
    return True


async def waiting(session: AsyncSession, limit: int, without: Sequence[int]) -> list[int]:
    """The ids of the orders of the oldest `limit` notes, sorted, without those in `without`."""
    return await fetch_values(
        session,
        """
        SELECT DISTINCT work_order_id FROM (
            SELECT work_order_id FROM order_to_estimate WHERE work_order_id <> ALL(CAST(:without AS bigint[]))
            ORDER BY id LIMIT :limit
        ) AS oldest ORDER BY work_order_id
        """,
        limit=limit,
        without=list(without),
    )


async def take_notes(session: AsyncSession, order_ids: Sequence[int]) -> list[int]:
    """Removes the notes of these orders, and the estimates of those that are no longer open; returns the open ones."""
    await execute(
        session,
        "DELETE FROM order_to_estimate WHERE work_order_id = ANY(CAST(:order_ids AS bigint[]))",
        order_ids=list(order_ids),
    )
    # Only now: what was noted after this is noted again, and what was noted before is seen.
    await execute(
        session,
        """
        DELETE FROM order_estimate e
        WHERE e.work_order_id = ANY(CAST(:order_ids AS bigint[]))
          AND EXISTS (SELECT FROM work_order w WHERE w.id = e.work_order_id AND w.status <> 'open')
        """,
        order_ids=list(order_ids),
    )
    return await fetch_values(
        session,
        "SELECT id FROM work_order WHERE id = ANY(CAST(:order_ids AS bigint[])) AND status = 'open' ORDER BY id",
        order_ids=list(order_ids),
    )


async def save(session: AsyncSession, estimates: Sequence[Estimate], estimated_at: datetime) -> None:
    """Saves estimates, in place of those that the orders have."""
    names = ", ".join(_TYPES)
    changes = ", ".join(f"{name} = excluded.{name}" for name in (*_TYPES, "estimated_at") if name != "work_order_id")
    await execute(
        session,
        f"""
        INSERT INTO order_estimate ({names}, estimated_at)
        SELECT {names}, :estimated_at FROM unnest({arrays_of(_TYPES)}) AS made ({names})
        ON CONFLICT (work_order_id) DO UPDATE SET {changes}
        """,
        estimated_at=estimated_at,
        **columns(estimates, *_TYPES),
    )


async def sample(session: AsyncSession, scope: Scope, size: int) -> list[KeptEstimate]:
    """Up to `size` estimates in scope that claim to be current, from an order on that is chosen at random."""
    within, parameters = scope_condition(scope, **SIDES)
    return await fetch_all(
        session,
        KeptEstimate,
        f"""
        {_KEPT} WHERE {_CURRENT} AND {within}
        ORDER BY e.work_order_id < (
            SELECT min(work_order_id) + floor(random() * (max(work_order_id) - min(work_order_id) + 1)) FROM order_estimate
        ), e.work_order_id LIMIT :size
        """,
        size=size,
        **parameters,
    )


async def still_current(session: AsyncSession, estimates: Sequence[KeptEstimate]) -> list[KeptEstimate]:
    """Those of the estimates that still claim to be current."""
    found = await fetch_all(
        session,
        KeptEstimate,
        f"{_KEPT} WHERE {_CURRENT} AND e.work_order_id = ANY(CAST(:order_ids AS bigint[])) ORDER BY e.work_order_id",
        order_ids=[one.work_order_id for one in estimates],
    )
    return [one for one in found if one in estimates]
