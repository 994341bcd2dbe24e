"""The rows of prints: the request, its invoices in order, and the files so far."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from services.receivables.rules.invoice_prints.documents import DocumentHead
from services.receivables.rules.invoice_prints.prints import (
    InvoicePrint,
    NextTry,
    PrintFailure,
    PrintFile,
    PrintSelection,
)
from services.receivables.store.invoice_prints.documents import SIDES
from shared.access.grants import Scope
from shared.database.pages import Where
from shared.database.statements import execute, fetch_all, fetch_one, fetch_value
from shared.files.pdf import Drawn

_MAX_LISTED = 500


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


async def delete_old_prints(session: AsyncSession, before: datetime, limit: int) -> int:
    """Deletes at most `limit` prints that were requested before this moment, and returns how many."""
    return await execute(
        session,
        """
        DELETE FROM invoice_print WHERE id IN (
            SELECT id FROM invoice_print WHERE requested_at < :before ORDER BY requested_at LIMIT :limit)
        """,
        before=before,
        limit=limit,
    )


async def find_print(session: AsyncSession, print_id: int, requested_by: str) -> InvoicePrint | None:
    """A print of this requester, or None."""
    return await fetch_one(
        session,
        InvoicePrint,
        """
        SELECT p.id, p.requested_by, p.requested_at, p.invoices, p.printed - failures.passed AS printed, failures.failed
        FROM invoice_print p
        JOIN LATERAL (
            SELECT count(*) AS failed, count(*) FILTER (WHERE i.position <= p.printed) AS passed
            FROM invoice_print_item i WHERE i.print_id = p.id AND i.error IS NOT NULL
        ) AS failures ON true
        WHERE p.id = :id AND p.requested_by = :requested_by
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
        SELECT file, invoices, first_number, last_number, replaced
        FROM invoice_print_file WHERE print_id = :id ORDER BY file
        """,
        id=print_id,
    )


async def list_failures(session: AsyncSession, print_id: int) -> list[PrintFailure]:
    """The first 500 invoices of a print that failed."""
    return await fetch_all(
        session,
        PrintFailure,
        f"""
        SELECT i.invoice_id, t.invoice_number AS number, i.error AS reason
        FROM invoice_print_item i JOIN ar_transaction t ON t.id = i.invoice_id
        WHERE i.print_id = :id AND i.error IS NOT NULL ORDER BY i.position LIMIT {_MAX_LISTED}
        """,
        id=print_id,
    )


async def read_file(session: AsyncSession, print_id: int, file: int) -> Drawn | None:
    """One file of a print; None if it is not ready."""
    return await fetch_one(
        session,
        Drawn,
        "SELECT content, replaced FROM invoice_print_file WHERE print_id = :id AND file = :file",
        id=print_id,
        file=file,
    )


@dataclass(frozen=True)
class NextPart:
    """The invoices of the next file of a print. `tries` is how often they failed before."""

    print_id: int
    tries: int
    requested_by: str
    requested_at: datetime
    invoice_ids: Sequence[int]


async def take_part(session: AsyncSession, limit: int, at: datetime) -> NextPart | None:
    """The next invoices of an unfinished print that is due, locked until this transaction ends.

    They are of one company, because each company can have a template of its own.

    Other processes take other prints. The print that has waited longest is next, so that prints take turns.
    """
    return await fetch_one(
        session,
        NextPart,
        """
        WITH taken AS (
            SELECT id, printed, tries, coalesce(part_size, :limit) AS size, requested_by, requested_at
            FROM invoice_print WHERE printed < invoices AND coalesce(due_at, requested_at) <= :at
            ORDER BY coalesce(due_at, requested_at), id LIMIT 1 FOR NO KEY UPDATE SKIP LOCKED
        )
        SELECT id AS print_id, tries, requested_by, requested_at, ARRAY(
            SELECT n.invoice_id FROM (
                SELECT i.invoice_id, i.position, t.ar_company,
                       first_value(t.ar_company) OVER (ORDER BY i.position) AS first_company
                FROM invoice_print_item i JOIN ar_transaction t ON t.id = i.invoice_id
                WHERE i.print_id = taken.id AND i.position > taken.printed AND i.error IS NULL
                ORDER BY i.position LIMIT least(taken.size, :limit)) AS n
            WHERE n.ar_company = n.first_company ORDER BY n.position) AS invoice_ids
        FROM taken
        """,
        limit=limit,
        at=at,
    )


async def save_part(
    session: AsyncSession, part: NextPart, heads: Sequence[DocumentHead], document: Drawn, at: datetime
) -> None:
    """Saves the next file of a print, and its progress."""
    await execute(
        session,
        """
        INSERT INTO invoice_print_file (print_id, file, invoices, first_number, last_number, content, replaced)
        SELECT :print_id, count(*) + 1, :invoices, :first_number, :last_number, :content, :replaced
        FROM invoice_print_file WHERE print_id = :print_id
        """,
        print_id=part.print_id,
        invoices=len(heads),
        first_number=heads[0].number,
        last_number=heads[-1].number,
        content=document.content,
        replaced=document.replaced,
    )
    await _proceed(session, part.print_id, part.invoice_ids[-1], at)


async def fail_invoices(session: AsyncSession, print_id: int, reasons: Mapping[int, str], at: datetime) -> None:
    """Leaves invoices out of a print for these reasons, by invoice id. The next part is of the full size again."""
    await execute(
        session,
        """
        UPDATE invoice_print_item i SET error = failed.reason
        FROM unnest(CAST(:ids AS bigint[]), CAST(:reasons AS text[])) AS failed (id, reason)
        WHERE i.print_id = :print_id AND i.invoice_id = failed.id
        """,
        ids=list(reasons),
        reasons=list(reasons.values()),
        print_id=print_id,
    )
    await execute(session, "UPDATE invoice_print SET part_size = NULL WHERE id = :id", id=print_id)
    await _proceed(session, print_id, None, at)


async def try_again(session: AsyncSession, print_id: int, following: NextTry) -> None:
    """Records a setback of a print, and how it continues."""
    await execute(
        session,
        "UPDATE invoice_print SET part_size = :size, tries = :tries, due_at = :due_at WHERE id = :id",
        id=print_id,
        size=following.invoices,
        tries=following.tries,
        due_at=following.due_at,
    )


async def _proceed(session: AsyncSession, print_id: int, last_id: int | None, at: datetime) -> None:
    """Moves a print to its next invoice: after that with `last_id`, if given, and after those that failed."""
    await execute(
        session,
        """
        UPDATE invoice_print p SET tries = 0, due_at = :at, printed = coalesce((
            SELECT min(i.position) - 1 FROM invoice_print_item i
            WHERE i.print_id = p.id AND i.error IS NULL AND i.position > greatest(p.printed, (
                SELECT l.position FROM invoice_print_item l WHERE l.print_id = p.id AND l.invoice_id = :last_id))
            ), p.invoices)
        WHERE p.id = :id
        """,
        id=print_id,
        last_id=last_id,
        at=at,
    )
