"""Searching by the beginning of a number, and by part of a name."""

from sqlalchemy.ext.asyncio import AsyncSession

from services.receivables.rules.search import ReceivablesFound
from services.receivables.store.batches import visible
from services.receivables.store.invoices import SIDES, STATUS
from shared.access.grants import Scope
from shared.database.pages import Where
from shared.database.search import LAST, MOST_FOUND, beginning, part
from shared.database.statements import fetch_all


async def find_invoices(session: AsyncSession, scope: Scope, text: str) -> list[ReceivablesFound]:
    """The invoices whose number begins with the text as it is given, in small letters or in capitals."""
    where = Where().within(scope, **SIDES)
    return await fetch_all(
        session,
        ReceivablesFound,
        f"""
        SELECT 'invoice' AS kind, b.invoice_id AS id, b.ar_company, b.number, c.name, {STATUS} AS status
        FROM (
            SELECT found.* FROM unnest(CAST(:spellings AS text[])) AS given (number)
            CROSS JOIN LATERAL (
                SELECT * FROM invoice_balance b
                WHERE b.number >= given.number COLLATE "C" AND b.number < (given.number || :last) COLLATE "C"
                  AND {where.sql}
                ORDER BY b.number, b.invoice_id LIMIT :most
            ) AS found
        ) AS b JOIN customer c ON c.id = b.customer_id
        ORDER BY b.number, b.invoice_id LIMIT :most
        """,
        spellings=sorted({text, text.lower(), text.upper()}),
        last=LAST,
        most=MOST_FOUND,
        **where.parameters,
    )


async def find_customers(session: AsyncSession, scope: Scope, text: str) -> list[ReceivablesFound]:
    """The customers whose number begins with the text, and then those that have it in their name."""
    where = Where().within(scope, branch=None, customer="c.number", ar_company="c.ar_company")
    return await fetch_all(
        session,
        ReceivablesFound,
        f"""
        WITH numbered AS (
            SELECT * FROM customer c WHERE lower(c.number) >= :first AND lower(c.number) < :last AND {where.sql}
            ORDER BY lower(c.number), c.id LIMIT :most
        ), named AS (
            SELECT * FROM customer c
            WHERE c.name ILIKE CAST(:pattern AS text) AND {where.sql} AND c.id NOT IN (SELECT id FROM numbered)
            ORDER BY c.name, c.id LIMIT :most
        )
        SELECT 'customer' AS kind, id, ar_company, number, name, status
        FROM (SELECT 1 AS place, * FROM numbered UNION ALL SELECT 2, * FROM named) AS found
        ORDER BY place, CASE place WHEN 1 THEN number ELSE name END, id LIMIT :most
        """,
        pattern=part(text),
        most=MOST_FOUND,
        **beginning(text.lower()),
        **where.parameters,
    )


async def find_batches(session: AsyncSession, scope: Scope, text: str) -> list[ReceivablesFound]:
    """The batches with this number, the newest first."""
    if not text.isdecimal() or not text.isascii() or len(text) > len(str(2**63)) - 1:
        return []
    where = visible(scope).add("b.number = :number", number=int(text))
    return await fetch_all(
        session,
        ReceivablesFound,
        f"""
        SELECT 'batch' AS kind, b.id, b.ar_company, CAST(b.number AS text) AS number, b.description AS name, b.status
        FROM batch b WHERE {where.sql} ORDER BY b.id DESC LIMIT :most
        """,
        most=MOST_FOUND,
        **where.parameters,
    )


async def find_contracts(session: AsyncSession, scope: Scope, text: str) -> list[ReceivablesFound]:
    """The contracts whose number begins with the text, and then those that have it in their description."""
    where = Where().within(scope, branch=None, customer="t.customer", ar_company="t.ar_company")
    return await fetch_all(
        session,
        ReceivablesFound,
        f"""
        WITH numbered AS (
            SELECT * FROM contract t WHERE t.number >= :first AND t.number < :last AND {where.sql}
            ORDER BY t.number, t.ar_company LIMIT :most
        ), named AS (
            SELECT * FROM contract t
            WHERE t.description ILIKE CAST(:pattern AS text) AND {where.sql}
              AND NOT EXISTS (SELECT FROM numbered n WHERE n.ar_company = t.ar_company AND n.number = t.number)
            ORDER BY t.number, t.ar_company LIMIT :most
        )
        SELECT 'contract' AS kind, CAST(NULL AS bigint) AS id, ar_company, number, description AS name, status
        FROM (SELECT 1 AS place, * FROM numbered UNION ALL SELECT 2, * FROM named) AS found
        ORDER BY place, number, ar_company LIMIT :most
        """,
        pattern=part(text),
        most=MOST_FOUND,
        **beginning(text.upper()),
        **where.parameters,
    )
