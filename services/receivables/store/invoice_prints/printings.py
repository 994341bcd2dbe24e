"""The rows of printings of invoices."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from services.receivables.rules.invoice_prints.prints import Printed, Printing
from services.receivables.store.posted_transactions import CURRENT_VERSION
from shared.database.pages import PageQuery, Sorting, Where, fetch_list_count, fetch_page
from shared.database.statements import execute, fetch_all


async def hold(session: AsyncSession, invoice_ids: Sequence[int]) -> None:
    """Locks the printing of these invoices until the transaction ends, so only the first of two is original."""
    await execute(
        session,
        """
        SELECT pg_advisory_xact_lock(hashtextextended('printing ' || id, 0))
        FROM (SELECT id FROM unnest(CAST(:ids AS bigint[])) AS id ORDER BY id) AS named
        """,
        ids=sorted(invoice_ids),
    )


async def printed_before(session: AsyncSession, invoice_ids: Sequence[int]) -> list[Printed]:
    """The invoices among these that were printed before."""
    return await fetch_all(
        session,
        Printed,
        f"""
        SELECT p.invoice_id, min(p.printed_at) AS first_printed_at,
               bool_or(p.version_id = v.id) AS unchanged
        FROM invoice_printing p
        JOIN ar_transaction t ON t.id = p.invoice_id
        {CURRENT_VERSION}
        WHERE p.invoice_id = ANY(CAST(:ids AS bigint[])) GROUP BY p.invoice_id
        """,
        ids=list(invoice_ids),
    )


async def record(session: AsyncSession, invoice_ids: Sequence[int], way: str, printed_by: str, at: datetime) -> None:
    """Records a printing of the current version of each invoice."""
    await execute(
        session,
        f"""
        INSERT INTO invoice_printing (invoice_id, printing, version_id, way, printed_by, printed_at)
        SELECT t.id, coalesce((SELECT max(p.printing) FROM invoice_printing p WHERE p.invoice_id = t.id), 0) + 1,
               v.id, :way, :printed_by, :printed_at
        FROM ar_transaction t
        {CURRENT_VERSION}
        WHERE t.id = ANY(CAST(:ids AS bigint[]))
        """,
        ids=list(invoice_ids),
        way=way,
        printed_by=printed_by,
        printed_at=at,
    )


SORTING = Sorting({"printing": ("p.printing", "int")}, default="printing", key="p.printing")


async def list_printings(
    session: AsyncSession, invoice_id: int, query: PageQuery
) -> tuple[list[Printing], str | None, int | None]:
    """One page of the printings of an invoice, oldest first, the cursor of the next page, and how many there are."""
    source, where = "invoice_printing p", Where().add("p.invoice_id = :invoice_id", invoice_id=invoice_id)
    columns = "p.printing, p.way, p.printed_by, p.printed_at"
    found, cursor = await fetch_page(
        session, Printing, columns=columns, source=source, where=where, sorting=SORTING, query=query
    )
    return found, cursor, await fetch_list_count(session, source, where, query)
