"""The companies, accounts and codes that records can name."""

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from services.receivables.rules.references import Known

_CODES = {
    "receivable_type": "SELECT ar_company, CAST(type AS text) FROM receivable_type WHERE retired_on IS NULL",
    "pay_terms": "SELECT ar_company, code FROM pay_terms WHERE retired_on IS NULL",
    "tax_code": "SELECT ar_company, code FROM tax_code WHERE retired_on IS NULL",
    "misc_distribution_code": "SELECT ar_company, code FROM misc_distribution_code WHERE retired_on IS NULL",
    "customer": "SELECT ar_company, number FROM customer",
    "contract": "SELECT ar_company, number FROM contract",
}


async def known_references(session: AsyncSession, *tables: str) -> Known:
    """What records can name: all companies, the active accounts, and the active codes of the given tables."""
    companies = await session.execute(text("SELECT number, gl_company FROM ar_company"))
    accounts = await session.execute(text("SELECT gl_company, account FROM gl_account WHERE active"))
    codes: dict[str, set[tuple[int, object]]] = {}
    for table in tables:
        found = await session.execute(text(_CODES[table]))
        codes[table] = {(row[0], int(row[1]) if table == "receivable_type" else row[1]) for row in found}
    return Known({row[0]: row[1] for row in companies}, {(row[0], row[1]) for row in accounts}, codes)


async def types_of_companies(session: AsyncSession) -> dict[int, set[int]]:
    """The active receivable types of each company."""
    found = await session.execute(text("SELECT ar_company, type FROM receivable_type WHERE retired_on IS NULL"))
    types: dict[int, set[int]] = {}
    for row in found:
        types.setdefault(row.ar_company, set()).add(row.type)
    return types
