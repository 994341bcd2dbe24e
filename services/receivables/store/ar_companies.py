"""The rows of AR companies."""

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from services.receivables.records.ar_companies import ArCompany
from services.receivables.store.records import AR_COMPANIES
from shared.access.grants import Scope
from shared.audit import history
from shared.audit.changes import changes_between
from shared.database.scope import scope_condition
from shared.database.statements import columns, execute, fetch_all, fetch_one, fetch_value


async def list_companies(session: AsyncSession, scope: Scope) -> list[ArCompany]:
    """The companies within the scope, by number."""
    within, parameters = scope_condition(scope, branch=None, customer=None, ar_company="t.number")
    statement = f"SELECT {AR_COMPANIES.select} FROM ar_company t WHERE {within} ORDER BY t.number"
    return await fetch_all(session, ArCompany, statement, **parameters)


async def find_company(session: AsyncSession, number: int, *, lock: str = "") -> ArCompany | None:
    """The company, or None.

    `lock` is `FOR SHARE` for a posting, which needs the month to stay open, or `FOR NO KEY UPDATE` to close or reopen a
    month. The two exclude each other, but several postings do not.
    """
    assert lock in {"", "FOR SHARE", "FOR NO KEY UPDATE"}
    locking = f"{lock} OF t" if lock else ""
    return await fetch_one(
        session,
        ArCompany,
        f"SELECT {AR_COMPANIES.select} FROM ar_company t WHERE t.number = :number {locking}",
        number=number,
    )


async def begin_invoice_numbers(session: AsyncSession, entries: Sequence[ArCompany]) -> None:
    """Starts the automatic invoice numbers of new companies after their last invoice number. Existing series stay."""
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
    """Sets the last closed month. The new revision makes a job publish the company."""
    before = await fetch_value(
        session,
        """
        UPDATE ar_company SET last_closed_month = :month, revision = ar_company.revision + 1
        FROM (SELECT number, last_closed_month FROM ar_company WHERE number = :ar_company FOR NO KEY UPDATE) AS before
        WHERE ar_company.number = before.number RETURNING before.last_closed_month
        """,
        ar_company=ar_company,
        month=month,
    )
    changes = changes_between({"last_closed_month": before}, {"last_closed_month": month})
    await history.note_one(session, "ar_company", history.key_of(ar_company), "changed", changes)
