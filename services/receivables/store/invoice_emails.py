"""The rows of invoices sent by e-mail."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from services.receivables.rules.invoice_emails import NO_ADDRESS, SENT_BEFORE, EmailFilter, InvoiceEmail, SendOutcome
from services.receivables.rules.invoice_prints.prints import PrintSelection
from services.receivables.store.invoice_prints.documents import SIDES
from services.receivables.store.invoice_prints.prints import chosen_invoices
from shared.access.grants import Scope
from shared.database.pages import PageQuery, Sorting, Where, fetch_count, fetch_list_count, fetch_page
from shared.database.spellings import listed, spelled
from shared.database.statements import execute, fetch_all, fetch_one

_SOURCE = "invoice_email m JOIN ar_transaction t ON t.id = m.invoice_id JOIN customer c ON c.id = t.customer_id"
_ELSEWHERE = {
    "invoice_number": "t.invoice_number",
    "ar_company": "t.ar_company",
    "customer": "c.number AS customer",
    "customer_name": "c.name AS customer_name",
}
_ROW = ", ".join(_ELSEWHERE.get(field.name, f"m.{field.name}") for field in fields(InvoiceEmail))


async def queue(
    session: AsyncSession, scope: Scope, selection: PrintSelection, *, again: bool, requested_by: str, at: datetime
) -> Sequence[SendOutcome]:
    """Queues the chosen invoices to be sent to their customers' addresses, and returns the outcome of each.

    Invoices of customers without an address are skipped. Without `again`, so are those that were sent there or wait.
    """
    where = chosen_invoices(scope, selection).add(
        "NOT EXISTS (SELECT FROM ar_transaction d WHERE d.changes_id = t.id AND d.action = 'delete')"
    )
    return await fetch_all(
        session,
        SendOutcome,
        f"""
        WITH chosen AS (
            SELECT t.id, t.invoice_number AS number, c.number AS customer, btrim(c.email) AS email,
                   btrim(c.email) ~ '^[^@[:space:],;<>]+@[^@[:space:],;<>]+$' AS reachable
            FROM ar_transaction t JOIN customer c ON c.id = t.customer_id JOIN batch b ON b.id = t.batch_id
            WHERE {where.sql}
        ), added AS (
            INSERT INTO invoice_email (invoice_id, recipient, again, due_at, requested_by, requested_at)
            SELECT id, email, :again, :at, :requested_by, :at FROM chosen
            WHERE reachable ORDER BY id
            ON CONFLICT DO NOTHING RETURNING invoice_id
        )
        SELECT chosen.id AS invoice_id, chosen.number, chosen.customer, added.invoice_id IS NOT NULL AS queued,
               CASE WHEN added.invoice_id IS NOT NULL THEN NULL
                    WHEN chosen.reachable THEN '{SENT_BEFORE}'
                    ELSE '{NO_ADDRESS}' END AS reason
        FROM chosen LEFT JOIN added ON added.invoice_id = chosen.id ORDER BY chosen.id
        """,
        again=again,
        requested_by=requested_by,
        at=at,
        **where.parameters,
    )


@dataclass(frozen=True)
class EmailToSend:
    """An e-mail that is due."""

    id: int
    invoice_id: int
    recipient: str
    attempts: int
    requested_by: str


async def take_due(session: AsyncSession, at: datetime) -> EmailToSend | None:
    """The next e-mail that is due, locked until this transaction ends. Other processes take other ones."""
    return await fetch_one(
        session,
        EmailToSend,
        """
        SELECT id, invoice_id, recipient, attempts, requested_by FROM invoice_email
        WHERE status = 'waiting' AND due_at <= :at ORDER BY due_at, id LIMIT 1 FOR NO KEY UPDATE SKIP LOCKED
        """,
        at=at,
    )


async def mark_sent(session: AsyncSession, email_id: int, replaced: str, at: datetime) -> None:
    """Records that the mail server accepted an e-mail, and the characters that its PDF does not show."""
    await execute(
        session,
        """
        UPDATE invoice_email SET status = 'sent', sent_at = :at, attempts = attempts + 1, last_error = '',
               replaced = :replaced
        WHERE id = :id
        """,
        id=email_id,
        replaced=replaced,
        at=at,
    )


async def mark_unsent(session: AsyncSession, email_id: int, error: str, due_at: datetime | None) -> None:
    """Records a failure. Without a time for the next try, the e-mail has failed for good."""
    await execute(
        session,
        """
        UPDATE invoice_email SET attempts = attempts + 1, last_error = :error, due_at = coalesce(:due_at, due_at),
               status = CASE WHEN CAST(:due_at AS timestamptz) IS NULL THEN 'failed' ELSE 'waiting' END
        WHERE id = :id
        """,
        id=email_id,
        error=error,
        due_at=due_at,
    )


async def retry(session: AsyncSession, scope: Scope, email_id: int, at: datetime) -> bool:
    """Queues a failed e-mail again. Returns False if it has not failed, or another e-mail sends its invoice there."""
    where = Where().within(scope, **SIDES).add("m.id = :id", id=email_id)
    changed = await execute(
        session,
        f"""
        UPDATE invoice_email SET status = 'waiting', attempts = 0, due_at = :at WHERE id = (
            SELECT m.id FROM {_SOURCE} WHERE {where.sql} AND m.status = 'failed' AND (m.again OR NOT EXISTS (
                SELECT FROM invoice_email o WHERE o.invoice_id = m.invoice_id AND lower(o.recipient) = lower(m.recipient)
                AND NOT o.again AND o.status <> 'failed')))
        """,
        at=at,
        **where.parameters,
    )
    return changed > 0


async def find(session: AsyncSession, scope: Scope, email_id: int) -> InvoiceEmail | None:
    """An e-mail within the scope, or None."""
    where = Where().within(scope, **SIDES).add("m.id = :id", id=email_id)
    return await fetch_one(session, InvoiceEmail, f"SELECT {_ROW} FROM {_SOURCE} WHERE {where.sql}", **where.parameters)


SORTING = Sorting({"id": ("m.id", "bigint"), "due_at": ("m.due_at", "timestamptz")}, default="-id", key="m.id")


async def count_failed(session: AsyncSession, scope: Scope) -> int:
    """How many e-mails within the scope have failed for good."""
    return await fetch_count(session, _SOURCE, Where(["m.status = 'failed'"]).within(scope, **SIDES))


async def list_emails(
    session: AsyncSession, scope: Scope, filters: EmailFilter, query: PageQuery
) -> tuple[list[InvoiceEmail], str | None, int | None]:
    """One page of e-mails, the cursor of the next page, and how many match."""
    where = (
        Where()
        .within(scope, **SIDES)
        .add("m.status = :status", status=filters.status)
        .add("m.invoice_id = :invoice_id", invoice_id=filters.invoice_id)
        .add("t.ar_company = :ar_company", ar_company=filters.ar_company)
        .add(spelled("c.number", "customer"), customer=listed(filters.customer))
    )
    rows, cursor = await fetch_page(
        session,
        InvoiceEmail,
        columns=_ROW,
        source=_SOURCE,
        where=where,
        sorting=SORTING,
        query=query,
    )
    return rows, cursor, await fetch_list_count(session, _SOURCE, where, query)
