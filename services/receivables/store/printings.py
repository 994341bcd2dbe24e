"""When invoices were printed: looked up and noted, for many at once."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from services.receivables.rules.prints import Printed, Printing
from shared.database import execute, fetch_all

_VERSION = """
    coalesce((SELECT max(x.id) FROM ar_transaction x WHERE x.changes_id = {0} AND x.action = 'change'), {0})
"""


async def hold(session: AsyncSession, invoice_ids: Sequence[int]) -> None:
    """Whoever prints one of these invoices waits until this transaction ends: of two at once one is the copy."""
    await execute(
        session,
        """
        SELECT pg_advisory_xact_lock(hashtextextended('printing ' || id, 0))
        FROM (SELECT id FROM unnest(CAST(:ids AS bigint[])) AS id ORDER BY id) AS named
        """,
        ids=sorted(invoice_ids),
    )


async def printed_before(session: AsyncSession, invoice_ids: Sequence[int]) -> dict[int, Printed]:
    """Those of the invoices that were printed before."""
    found = await fetch_all(
        session,
        Printed,
        f"""
        SELECT p.invoice_id, min(p.printed_at) AS first_printed_at,
               bool_or(p.version_id = {_VERSION.format("p.invoice_id")}) AS as_it_is
        FROM invoice_printing p WHERE p.invoice_id = ANY(CAST(:ids AS bigint[])) GROUP BY p.invoice_id
        """,
        ids=list(invoice_ids),
    )
    return {one.invoice_id: one for one in found}


async def note(session: AsyncSession, invoice_ids: Sequence[int], way: str, printed_by: str, at: datetime) -> None:
    """Writes down that the invoices are printed as they are now."""
    await execute(
        session,
        f"""
        INSERT INTO invoice_printing (invoice_id, printing, version_id, way, printed_by, printed_at)
        SELECT wanted.id, coalesce((SELECT max(p.printing) FROM invoice_printing p WHERE p.invoice_id = wanted.id), 0) + 1,
               {_VERSION.format("wanted.id")}, :way, :printed_by, :printed_at
        FROM unnest(CAST(:ids AS bigint[])) AS wanted (id)
        """,
        ids=list(invoice_ids),
        way=way,
        printed_by=printed_by,
        printed_at=at,
    )


async def list_printings(session: AsyncSession, invoice_id: int) -> list[Printing]:
    """Every time that an invoice was printed, the first one first."""
    return await fetch_all(
        session,
        Printing,
        """
        SELECT printing, way, printed_by, printed_at FROM invoice_printing
        WHERE invoice_id = :invoice_id ORDER BY printing
        """,
        invoice_id=invoice_id,
    )
