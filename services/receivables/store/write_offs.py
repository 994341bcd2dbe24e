"""The invoices that automatic write-offs consider."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from services.receivables.rules.write_offs import Criteria
from shared.access.grants import Scope
from shared.database.scope import scope_condition
from shared.database.spellings import spelled
from shared.database.statements import fetch_all


@dataclass(frozen=True)
class Found:
    """A posted invoice that matches the criteria."""

    id: int
    number: str
    customer: str
    invoice_date: date


async def find_unknown(session: AsyncSession, scope: Scope, criteria: Criteria) -> set[tuple[str, str]]:
    """What the criteria name and the caller's companies do not have, as pairs of field and text."""
    company, of_company = scope_condition(scope, branch=None, customer=None, ar_company="k.number")
    within, parameters = scope_condition(scope, branch=None, customer="c.number", ar_company="c.ar_company")
    found = await session.execute(
        text(
            f"""
            SELECT 'ar_company' AS field, CAST(:ar_company AS text) AS named
            WHERE NOT EXISTS (SELECT FROM ar_company k WHERE k.number = CAST(:company AS int) AND {company})
            UNION ALL
            SELECT 'customers', named FROM unnest(CAST(:customers AS text[])) AS named
            WHERE NOT EXISTS (SELECT FROM customer c
                              WHERE c.ar_company = CAST(:company AS int) AND lower(c.number) = lower(named) AND {within})
            UNION ALL
            SELECT 'receivable_types', CAST(named AS text) FROM unnest(CAST(:types AS int[])) AS named
            WHERE NOT EXISTS (SELECT FROM receivable_type t WHERE t.ar_company = CAST(:company AS int) AND t.type = named)
            UNION ALL
            SELECT 'contracts', named FROM unnest(CAST(:contracts AS text[])) AS named
            WHERE NOT EXISTS (SELECT FROM contract t WHERE t.ar_company = CAST(:company AS int) AND t.number = named)
            """
        ),
        {
            **of_company,
            **parameters,
            "company": criteria.ar_company,
            "ar_company": str(criteria.ar_company),
            "customers": list(criteria.customers or ()),
            "types": list(criteria.receivable_types or ()),
            "contracts": list(criteria.contracts or ()),
        },
    )
    return {(row.field, row.named) for row in found}


async def candidates(session: AsyncSession, scope: Scope, criteria: Criteria) -> list[Found]:
    """The open posted invoices that match the dates and filters, in the order of customers and dates."""
    within, parameters = scope_condition(scope, branch="b.branch", customer="b.customer", ar_company="b.ar_company")
    return await fetch_all(
        session,
        Found,
        f"""
        SELECT b.invoice_id AS id, b.number, b.customer, b.invoice_date
        FROM invoice_balance b
        JOIN ar_transaction t ON t.id = b.invoice_id
        JOIN ar_transaction v ON v.id = b.version_id
        WHERE b.open <> 0 AND b.ar_company = :ar_company AND {within}
          AND b.invoice_date < :older_than AND (CAST(:start_on AS date) IS NULL OR b.invoice_date >= :start_on)
          AND (CAST(:customers AS text[]) IS NULL OR {spelled("b.customer", "customers")})
          AND (CAST(:types AS int[]) IS NULL OR v.receivable_type = ANY(CAST(:types AS int[])))
          AND (CAST(:contracts AS text[]) IS NULL OR t.contract = ANY(CAST(:contracts AS text[])))
        ORDER BY b.customer, b.invoice_date, b.invoice_id
        """,
        ar_company=criteria.ar_company,
        older_than=criteria.older_than,
        start_on=criteria.start_on,
        customers=None if criteria.customers is None else list(criteria.customers),
        types=None if criteria.receivable_types is None else list(criteria.receivable_types),
        contracts=None if criteria.contracts is None else list(criteria.contracts),
        **parameters,
    )
