"""Searching by the beginning of a number, and by part of a number or name."""

from sqlalchemy.ext.asyncio import AsyncSession

from services.rating.rules.search import RatingFound
from services.rating.store import draft_invoices
from services.rating.store.work_orders import SIDES, branch_if_limited, named
from shared.access.grants import Scope
from shared.database.pages import Where
from shared.database.search import MOST_FOUND, beginning, part
from shared.database.statements import fetch_all
from shared.values.names import fold

_MOST_COMPARED = 10_000
"""The most orders of which the limits of a caller are compared: few of those that begin with a W may be theirs."""
_LARGEST_ID_DIGITS = 18


async def find_orders(session: AsyncSession, scope: Scope, text: str) -> list[RatingFound]:
    """The orders whose number begins with the text, and then those that are named by it."""
    where = Where().within(scope, **SIDES)
    return await fetch_all(
        session,
        RatingFound,
        f"""
        WITH numbered AS (
            SELECT w.* FROM (
                SELECT * FROM work_order WHERE number_key >= :first AND number_key < :last
                ORDER BY number_key LIMIT :compared
            ) AS w {branch_if_limited(scope)} WHERE {where.sql} ORDER BY w.number_key LIMIT :most
        ), named AS (
            SELECT w.* FROM (
                SELECT * FROM work_order
                WHERE ({named("", "CAST(:pattern AS text)")})
                  AND (SELECT count(*) FROM numbered) < :most
                LIMIT :compared
            ) AS w {branch_if_limited(scope)}
            WHERE {where.sql} AND w.id NOT IN (SELECT id FROM numbered)
            ORDER BY w.number, w.id LIMIT :most
        )
        SELECT 'work_order' AS kind, id, number, coalesce(nullif(case_title, ''), reference) AS name, status
        FROM (SELECT 1 AS place, * FROM numbered UNION ALL SELECT 2, * FROM named) AS found
        ORDER BY place, number, id LIMIT :most
        """,
        pattern=part(text),
        compared=_MOST_COMPARED,
        most=MOST_FOUND,
        **beginning(fold(text)),
        **where.parameters,
    )


async def find_drafts(session: AsyncSession, scope: Scope, text: str) -> list[RatingFound]:
    """The draft invoice with this number, which is its id."""
    if not (text.isascii() and text.isdecimal() and len(text) <= _LARGEST_ID_DIGITS):
        return []
    where = Where(["i.status = 'draft'"]).within(scope, **draft_invoices.SIDES).add("i.id = :id", id=int(text))
    return await fetch_all(
        session,
        RatingFound,
        f"""
        SELECT 'draft_invoice' AS kind, i.id, CAST(i.id AS text) AS number, coalesce(c.name, i.bill_to) AS name, i.status
        FROM invoice i
        JOIN branch b ON b.code = i.branch
        LEFT JOIN customer c ON c.ar_company = b.ar_company AND c.number = i.bill_to
        WHERE {where.sql}
        """,
        **where.parameters,
    )


async def find_servers(session: AsyncSession, _scope: Scope, text: str) -> list[RatingFound]:
    """The servers whose number begins with the text, and then those that have it in their name.

    All of them are read, as they are few. Servers belong to the whole company.
    """
    return await fetch_all(
        session,
        RatingFound,
        """
        SELECT 'server' AS kind, CAST(NULL AS bigint) AS id, code AS number, name,
               CASE WHEN retired_on IS NULL THEN 'active' ELSE 'retired' END AS status
        FROM server WHERE starts_with(code, :code) OR name ILIKE CAST(:pattern AS text)
        ORDER BY starts_with(code, :code) DESC, code LIMIT :most
        """,
        code=text.upper(),
        pattern=part(text),
        most=MOST_FOUND,
    )
