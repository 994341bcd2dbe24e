"""AR companies with their months, what records may name, and companies' logos."""

from collections.abc import Sequence

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from services.receivables.rules.months import MonthRow
from services.receivables.rules.setup.companies import ArCompany
from services.receivables.rules.setup.references import Known
from services.receivables.store.records import AR_COMPANIES
from shared.access import Scope
from shared.database import columns, execute, fetch_all, fetch_one, fetch_value, scope_condition


async def list_companies(session: AsyncSession, scope: Scope) -> list[ArCompany]:
    within, parameters = scope_condition(scope, branch=None, customer=None, ar_company="t.number")
    statement = f"SELECT {AR_COMPANIES.select} FROM ar_company t WHERE {within} ORDER BY t.number"
    return await fetch_all(session, ArCompany, statement, **parameters)


async def find_company(session: AsyncSession, number: int, *, lock: str = "") -> ArCompany | None:
    """The company. `lock` is `FOR SHARE` to keep its months as they are while posting, `FOR NO KEY UPDATE` to close one:
    the two exclude each other, several postings do not.
    """
    assert lock in {"", "FOR SHARE", "FOR NO KEY UPDATE"}
    held = f"{lock} OF t" if lock else ""
    return await fetch_one(
        session,
        ArCompany,
        f"SELECT {AR_COMPANIES.select} FROM ar_company t WHERE t.number = :number {held}",
        number=number,
    )


async def begin_invoice_numbers(session: AsyncSession, entries: Sequence[ArCompany]) -> None:
    """Lets the automatic numbers of new companies go on from their last invoice number; those of known ones stay."""
    await execute(
        session,
        """
        INSERT INTO number_series (ar_company, series, last_number)
        SELECT number, 'invoice', last_invoice_number
        FROM unnest(CAST(:number AS int[]), CAST(:last_invoice_number AS bigint[]))
            AS entry (number, last_invoice_number)
        ON CONFLICT DO NOTHING
        """,
        **columns(entries, "number", "last_invoice_number"),
    )


async def set_last_closed_month(session: AsyncSession, ar_company: int, month: str) -> None:
    """The months after this one are open; whoever hears of companies is told."""
    await execute(
        session,
        "UPDATE ar_company SET last_closed_month = :month, revision = revision + 1 WHERE number = :ar_company",
        ar_company=ar_company,
        month=month,
    )


async def list_used_months(session: AsyncSession, scope: Scope) -> list[MonthRow]:
    """The months of each company that anything is posted in; whether they are open is decided by the rule."""
    within, parameters = scope_condition(scope, branch=None, customer=None, ar_company="t.ar_company")
    return await fetch_all(
        session,
        MonthRow,
        f"""
        SELECT t.ar_company, t.month, false AS open, count(*) AS transactions
        FROM ar_transaction t WHERE {within} GROUP BY t.ar_company, t.month
        """,
        **parameters,
    )


_CODES = {
    "receivable_type": "SELECT ar_company, CAST(type AS text) FROM receivable_type WHERE retired_on IS NULL",
    "pay_terms": "SELECT ar_company, code FROM pay_terms WHERE retired_on IS NULL",
    "tax_code": "SELECT ar_company, code FROM tax_code WHERE retired_on IS NULL",
    "misc_distribution_code": "SELECT ar_company, code FROM misc_distribution_code WHERE retired_on IS NULL",
    "customer": "SELECT ar_company, number FROM customer",
    "contract": "SELECT ar_company, number FROM contract",
}


async def known_references(session: AsyncSession, *tables: str) -> Known:
    """What records may name: all companies and active accounts, and the codes of the given tables."""
    companies = await session.execute(text("SELECT number, gl_company FROM ar_company"))
    accounts = await session.execute(text("SELECT gl_company, account FROM gl_account WHERE active"))
    codes: dict[str, set[tuple[int, object]]] = {}
    for table in tables:
        found = await session.execute(text(_CODES[table]))
        codes[table] = {(row[0], int(row[1]) if table == "receivable_type" else row[1]) for row in found}
    return Known({row[0]: row[1] for row in companies}, {(row[0], row[1]) for row in accounts}, codes)


async def find_logo(session: AsyncSession, ar_company: int) -> bytes | None:
    content: bytes | None = await fetch_value(
        session, "SELECT content FROM company_logo WHERE ar_company = :number", number=ar_company
    )
    return content


async def save_logo(session: AsyncSession, ar_company: int, content: bytes) -> None:
    await execute(
        session,
        """
        INSERT INTO company_logo (ar_company, content) VALUES (:ar_company, :content)
        ON CONFLICT (ar_company) DO UPDATE SET content = excluded.content
        """,
        ar_company=ar_company,
        content=content,
    )


async def remove_logo(session: AsyncSession, ar_company: int) -> None:
    await execute(session, "DELETE FROM company_logo WHERE ar_company = :ar_company", ar_company=ar_company)


async def types_of_companies(session: AsyncSession) -> dict[int, set[int]]:
    """The receivable types in use of each company."""
    found = await session.execute(text("SELECT ar_company, type FROM receivable_type WHERE retired_on IS NULL"))
    types: dict[int, set[int]] = {}
    for row in found:
        types.setdefault(row.ar_company, set()).add(row.type)
    return types
