"""The rows of companies' own templates of invoices."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from services.receivables.rules.invoice_templates import TemplateVersion
from shared.database.pages import PageQuery, Sorting, Where, fetch_list_count, fetch_page
from shared.database.statements import execute, fetch_value

SORTING = Sorting({"version": ("t.version", "int")}, default="-version", key="t.version")


async def find(session: AsyncSession, ar_company: int, version: int | None) -> str | None:
    """The text of a version, or of the current one if none is named; None if there is no such version."""
    content: str | None = await fetch_value(
        session,
        """
        SELECT content FROM invoice_template
        WHERE ar_company = :ar_company AND CASE WHEN CAST(:version AS int) IS NULL THEN current ELSE version = :version END
        """,
        ar_company=ar_company,
        version=version,
    )
    return content


async def save(session: AsyncSession, ar_company: int, content: str, saved_by: str, at: datetime) -> None:
    """Adds a version and makes it current."""
    await _retire(session, ar_company)
    await execute(
        session,
        """
        INSERT INTO invoice_template (ar_company, version, content, current, saved_by, saved_at)
        SELECT :ar_company, coalesce(max(version), 0) + 1, :content, true, :saved_by, :at
        FROM invoice_template WHERE ar_company = :ar_company
        """,
        ar_company=ar_company,
        content=content,
        saved_by=saved_by,
        at=at,
    )


async def choose(session: AsyncSession, ar_company: int, version: int | None) -> bool:
    """Makes a version current, or none. Returns False if there is no such version."""
    await _retire(session, ar_company)
    if version is None:
        return True
    found = await execute(
        session,
        "UPDATE invoice_template SET current = true WHERE ar_company = :ar_company AND version = :version",
        ar_company=ar_company,
        version=version,
    )
    return found == 1


async def _retire(session: AsyncSession, ar_company: int) -> None:
    await execute(
        session,
        "UPDATE invoice_template SET current = false WHERE ar_company = :ar_company AND current",
        ar_company=ar_company,
    )


async def list_versions(
    session: AsyncSession, ar_company: int, query: PageQuery
) -> tuple[list[TemplateVersion], str | None, int | None]:
    """One page of the versions of a company, newest first, the cursor of the next page, and how many there are."""
    source, where = "invoice_template t", Where().add("t.ar_company = :ar_company", ar_company=ar_company)
    columns = "t.version, t.current, t.saved_by, t.saved_at"
    found, cursor = await fetch_page(
        session, TemplateVersion, columns=columns, source=source, where=where, sorting=SORTING, query=query
    )
    return found, cursor, await fetch_list_count(session, source, where, query)
