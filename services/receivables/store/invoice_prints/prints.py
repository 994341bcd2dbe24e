"""The rows of prints: the request, its invoices in order, and the files so far."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from services.receivables.rules.invoice_prints.documents import DocumentHead
from services.receivables.rules.invoice_prints.prints import InvoicePrint, PrintFile, PrintSelection
from services.receivables.store.invoice_prints.documents import SIDES
from shared.access.grants import Scope
from shared.database.pages import Where
from shared.database.statements import execute, fetch_all, fetch_one, fetch_value


def chosen_invoices(scope: Scope, selection: PrintSelection) -> Where:
    """The condition for the chosen posted invoices within the scope. Tables: invoice `t`, batch `b`, customer `c`."""
    return (
        Where(["t.type = 'invoice' AND t.action = 'add'"])
        .within(scope, **SIDES)
        .add("b.run_id = :run_id", run_id=selection.run_id)
        .add("t.batch_id = :batch_id", batch_id=selection.batch_id)
        .add("t.id = ANY(CAST(:ids AS bigint[]))", ids=selection.invoice_ids)
    )


async def start_print(
    session: AsyncSession, scope: Scope, selection: PrintSelection, requested_by: str, requested_at: datetime
) -> int:
    """Creates a print of the chosen invoices within the scope, in the order of their ids, and returns its id."""
    print_id: int = await fetch_value(
        session,
        "INSERT INTO invoice_print (requested_by, requested_at) VALUES (:requested_by, :requested_at) RETURNING id",
        requested_by=requested_by,
        requested_at=requested_at,
    )
    where = chosen_invoices(scope, selection)
    await execute(
        session,
        f"""
        INSERT INTO invoice_print_item (print_id, position, invoice_id)
        SELECT :print_id, row_number() OVER (ORDER BY t.ar_company, t.id), t.id
        FROM ar_transaction t JOIN customer c ON c.id = t.customer_id JOIN batch b ON b.id = t.batch_id
        WHERE {where.sql}
        """,
        print_id=print_id,
        **where.parameters,
    )
    await execute(
        session,
        """
        UPDATE invoice_print SET invoices = (SELECT count(*) FROM invoice_print_item WHERE print_id = :print_id)
        WHERE id = :print_id
        """,
        print_id=print_id,
    )
    return print_id


async def remove_old_prints(session: AsyncSession, before: datetime) -> None:
    """Deletes prints that were requested before this moment."""
    await execute(session, "DELETE FROM invoice_print WHERE requested_at < :before", before=before)


async def find_print(session: AsyncSession, print_id: int, requested_by: str) -> InvoicePrint | None:
    """A print of this requester, or None."""
    return await fetch_one(
        session,
        InvoicePrint,
        """
        SELECT id, requested_by, requested_at, invoices, printed FROM invoice_print
        WHERE id = :id AND requested_by = :requested_by
        """,
        id=print_id,
        requested_by=requested_by,
    )


async def list_files(session: AsyncSession, print_id: int) -> list[PrintFile]:
    """The files of a print that are ready."""
    return await fetch_all(
        session,
        PrintFile,
        """
        SELECT file, invoices, first_number, last_number FROM invoice_print_file WHERE print_id = :id ORDER BY file
        """,
        id=print_id,
    )


async def read_file(session: AsyncSession, print_id: int, file: int) -> bytes | None:
    """One file of a print; None if it is not ready."""
    content: bytes | None = await fetch_value(
        session, "SELECT content FROM invoice_print_file WHERE print_id = :id AND file = :file", id=print_id, file=file
    )
    return content


@dataclass(frozen=True)
class NextPart:
    """The invoices of the next file of a print."""

    print_id: int
    printed: int
    requested_by: str
    requested_at: datetime
    invoice_ids: Sequence[int]


async def take_part(session: AsyncSession, limit: int) -> NextPart | None:
    """The next invoices of an unfinished print, locked until this transaction ends. Other processes take others."""
    return await fetch_one(
        session,
        NextPart,
        """
        WITH taken AS (
            SELECT id, printed, requested_by, requested_at FROM invoice_print WHERE printed < invoices
            ORDER BY id LIMIT 1 FOR NO KEY UPDATE SKIP LOCKED
        )
        SELECT id AS print_id, printed, requested_by, requested_at, ARRAY(
            SELECT i.invoice_id FROM invoice_print_item i
            WHERE i.print_id = taken.id AND i.position > taken.printed ORDER BY i.position LIMIT :limit) AS invoice_ids
        FROM taken
        """,
        limit=limit,
    )


async def save_part(session: AsyncSession, part: NextPart, heads: Sequence[DocumentHead], content: bytes) -> None:
    """Saves the next file of a print, and its progress."""
    await execute(
        session,
        """
        INSERT INTO invoice_print_file (print_id, file, invoices, first_number, last_number, content)
        SELECT :print_id, count(*) + 1, :invoices, :first_number, :last_number, :content
        FROM invoice_print_file WHERE print_id = :print_id
        """,
        print_id=part.print_id,
        invoices=len(heads),
        first_number=heads[0].number,
        last_number=heads[-1].number,
        content=content,
    )
    await execute(
        session,
        "UPDATE invoice_print SET printed = printed + :count WHERE id = :id",
        id=part.print_id,
        count=len(part.invoice_ids),
    )
