"""AR companies with the months that are open."""

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from services.receivables.records.ar_companies import ArCompany
from services.receivables.store.records import AR_COMPANIES
from shared.access.grants import Scope
from shared.database.scope import scope_condition
from shared.database.statements import columns, execute, fetch_all, fetch_one


async def list_companies(session: AsyncSession, scope: Scope) -> list[ArCompany]:
    """The companies within the scope, by number."""
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
