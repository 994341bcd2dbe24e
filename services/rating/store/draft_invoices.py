"""The rows of invoices and of the orders on them."""

from collections.abc import Sequence

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from services.rating.rules.draft_invoices import (
    Assignable,
    DraftTotals,
    GroupKey,
    Invoice,
    InvoiceFilter,
    InvoiceOrder,
)
from services.rating.rules.order_warnings import AssignedFacts
from services.rating.store.ratings import RATED_WITH
from shared.access.grants import Scope
from shared.database.pages import PageQuery, Sorting, Where, fetch_page
from shared.database.scope import scope_condition
from shared.database.spellings import listed, spelled
from shared.database.statements import columns, execute, fetch_all, fetch_one, fetch_value, fetch_values

REFUSED = "i.status = 'draft' AND i.attempt > 0"
"""Invoices that are drafts again, because Accounts Receivable refused their last hand-over."""
SIDES = {"branch": "i.branch", "customer": "i.bill_to", "ar_company": "b.ar_company"}
_KEY = ("branch", "bill_to", "grouping", "grouped_by", "cycle_from", "cycle_to")
_SOURCE = """
    invoice i
    JOIN branch b ON b.code = i.branch
    LEFT JOIN customer c ON c.ar_company = b.ar_company AND c.number = i.bill_to
    LEFT JOIN export_invoice e ON e.invoice_id = i.id AND e.attempt = i.attempt
    CROSS JOIN LATERAL (
        SELECT count(*) AS orders, sum(w.total) AS total FROM work_order w WHERE w.invoice_id = i.id
    ) AS held
"""
_COLUMNS = """
    i.id, i.kind, i.status, i.revision, i.branch, b.ar_company, i.bill_to, c.name AS bill_to_name, i.grouping, i.grouped_by,
    i.cycle_from, i.cycle_to, i.attempt, held.orders, coalesce(held.total, 0.00) AS total, e.run_id,
    CASE e.outcome WHEN 'refused' THEN e.reason END AS refused_for, i.ar_number, i.ar_month, i.ar_transaction, i.ar_invoice_id,
    i.made_by, i.created_at, i.changed_by, i.changed_at
"""


def _where(scope: Scope, filters: InvoiceFilter) -> Where:
    where = (
        Where()
        .within(scope, **SIDES)
        .add("i.status = :status", status=filters.status)
        .add("i.kind = :kind", kind=filters.kind)
        .add("i.branch = :branch", branch=filters.branch)
        .add(spelled("i.bill_to", "bill_to"), bill_to=listed(filters.bill_to))
        .add("i.created_at >= CAST(:made_from AS date)", made_from=filters.made_from)
        .add("i.created_at < CAST(:made_to AS date) + 1", made_to=filters.made_to)
    )
    if filters.refused is not None:
        where.add(REFUSED if filters.refused else f"NOT ({REFUSED})")
    return where


SORTING = Sorting(
    {
        "id": ("i.id", "bigint"),
        "bill_to": ("i.bill_to", "text"),
        "branch": ("i.branch", "text"),
        "total": ("coalesce(held.total, 0.00)", "numeric"),
    },
    default="-id",
    key="i.id",
)


async def list_invoices(
    session: AsyncSession, scope: Scope, filters: InvoiceFilter, query: PageQuery
) -> tuple[list[Invoice], str | None]:
    """One page of the invoices that match, and the cursor of the next page."""
    return await fetch_page(
        session,
        Invoice,
        columns=_COLUMNS,
        source=_SOURCE,
        where=_where(scope, filters),
        sorting=SORTING,
        query=query,
    )


async def total_invoices(session: AsyncSession, scope: Scope, filters: InvoiceFilter) -> DraftTotals:
    """The number of all invoices that match, and the number and total of their orders."""
    where = _where(scope, filters)
    invoices = "invoice i JOIN branch b ON b.code = i.branch"
    held = f"JOIN ({invoices}) ON i.id = w.invoice_id WHERE {where.sql}"
    if where.sql == "true":
        # Every order that is on an invoice counts, so that the two largest tables need not be joined.
        held = "WHERE w.invoice_id IS NOT NULL"
    totals = await fetch_one(
        session,
        DraftTotals,
        f"""
        SELECT (SELECT count(*) FROM {invoices} WHERE {where.sql}) AS count, count(*) AS orders,
               coalesce(sum(w.total), 0.00) AS total
        FROM work_order w {held}
        """,
        **where.parameters,
    )
    assert totals is not None
    return totals


async def find(session: AsyncSession, scope: Scope, invoice_id: int, *, lock: bool = False) -> Invoice | None:
    """The invoice, or None if it does not exist or is out of scope; with `lock` locked against other changes."""
    within, parameters = scope_condition(scope, **SIDES)
    if lock:
        await fetch_value(session, "SELECT id FROM invoice WHERE id = :id FOR NO KEY UPDATE", id=invoice_id)
    return await fetch_one(
        session, Invoice, f"SELECT {_COLUMNS} FROM {_SOURCE} WHERE i.id = :id AND {within}", id=invoice_id, **parameters
    )


async def list_orders(session: AsyncSession, invoice_id: int) -> list[InvoiceOrder]:
    """The orders of an invoice, sorted by number."""
    return await fetch_all(
        session,
        InvoiceOrder,
        """
        SELECT w.id AS work_order_id, w.number, w.revision, w.customer, w.matter, w.attorney, w.job_type, w.service_on,
               w.rating_version, r.charges_total, r.advances_total, r.total
        FROM work_order w JOIN rating r ON r.work_order_id = w.id AND r.version = w.rating_version
        WHERE w.invoice_id = :invoice_id ORDER BY w.number
        """,
        invoice_id=invoice_id,
    )


async def facts_of_orders(session: AsyncSession, invoice_ids: Sequence[int]) -> list[AssignedFacts]:
    """What the warnings of the orders on draft invoices depend on; orders with the same facts are one row."""
    return await fetch_all(
        session,
        AssignedFacts,
        f"""
        SELECT DISTINCT w.invoice_id, b.ar_company, w.customer, w.bill_to, sign(r.total) AS total, w.service_on,
               {RATED_WITH} AS rated_with, r.rates_digest
        FROM work_order w
        JOIN branch b ON b.code = w.branch
        JOIN rating r ON r.work_order_id = w.id AND r.version = w.rating_version
        WHERE w.invoice_id = ANY(CAST(:invoice_ids AS bigint[])) AND w.status = 'assigned'
        """,
        invoice_ids=list(invoice_ids),
    )


async def lock_orders_of(session: AsyncSession, invoice_id: int) -> list[int]:
    """Locks the orders of an invoice, sorted by id, and returns their ids. Orders are always locked before invoices."""
    return await fetch_values(
        session,
        "SELECT id FROM work_order WHERE invoice_id = :invoice_id ORDER BY id FOR NO KEY UPDATE",
        invoice_id=invoice_id,
    )


async def lock_of_orders(session: AsyncSession, order_ids: Sequence[int]) -> list[int]:
    """Locks the invoices that any of the orders are on, sorted by id, and returns their ids."""
    return await fetch_values(
        session,
        """
        SELECT i.id FROM invoice i
        WHERE i.id IN (SELECT invoice_id FROM work_order WHERE id = ANY(CAST(:order_ids AS bigint[])))
        ORDER BY i.id FOR NO KEY UPDATE
        """,
        order_ids=list(order_ids),
    )


async def key_of(session: AsyncSession, invoice_id: int) -> GroupKey:
    """What the orders of an invoice have in common."""
    key = await fetch_one(
        session, GroupKey, f"SELECT {', '.join(_KEY)} FROM invoice WHERE id = :invoice_id", invoice_id=invoice_id
    )
    assert key is not None
    return key


async def wait_for_turn(session: AsyncSession) -> None:
    """Lets assignments by rule run one after another, so that two of them never create two drafts for one group."""
    await execute(session, "SELECT pg_advisory_xact_lock(hashtextextended('assign by rule', 0))")


async def assignable(session: AsyncSession, order_ids: Sequence[int]) -> list[Assignable]:
    """The orders with the roll-up rules of their bill-tos. Orders of bill-tos without a rule are left out."""
    return await fetch_all(
        session,
        Assignable,
        """
        SELECT w.id AS work_order_id, w.branch, w.bill_to, w.matter, w.attorney, w.service_on, u.grouping, u.cycle
        FROM work_order w
        JOIN branch b ON b.code = w.branch
        JOIN rollup_rule u ON u.ar_company = b.ar_company AND u.bill_to = w.bill_to AND u.style = 'rollup'
        WHERE w.id = ANY(CAST(:order_ids AS bigint[]))
        """,
        order_ids=list(order_ids),
    )


async def lock_drafts(session: AsyncSession, keys: Sequence[GroupKey]) -> dict[GroupKey, int]:
    """Locks the draft rollups with these keys, the oldest of each key, and returns their ids. Two statements.

    A matter or attorney is found in any spelling.
    """
    others = [name for name in _KEY if name != "grouped_by"]
    found = await session.execute(
        text(
            f"""
        SELECT DISTINCT i.id, {", ".join(f"i.{name}" for name in _KEY)}
        FROM invoice i
        JOIN unnest(CAST(:branch AS text[]), CAST(:bill_to AS text[]), CAST(:grouping AS text[]),
                    CAST(:cycle_from AS date[]), CAST(:cycle_to AS date[]))
             AS named ({", ".join(others)})
          ON {" AND ".join(f"i.{name} = named.{name}" for name in others)}
        WHERE i.status = 'draft' AND i.kind = 'rollup' ORDER BY i.id DESC
        """
        ),
        columns(keys, *others),
    )
    wanted = {key.compared for key in keys}
    drafts = {row.id: key for row in found if (key := GroupKey(*row[1:])).compared in wanted}
    locked = await fetch_values(
        session,
        """
        SELECT id FROM invoice WHERE id = ANY(CAST(:ids AS bigint[])) AND status = 'draft'
        ORDER BY id DESC FOR NO KEY UPDATE
        """,
        ids=list(drafts),
    )
    oldest = {drafts[draft].compared: draft for draft in locked}
    return {drafts[draft]: draft for draft in oldest.values()}


async def insert_drafts(session: AsyncSession, keys: Sequence[GroupKey], made_by: str) -> list[int]:
    """Creates a draft rollup for each key and returns their ids in the order of the keys. Two statements."""
    ids = await fetch_values(
        session, "SELECT nextval('invoice_id_seq') FROM generate_series(1, :count)", count=len(keys)
    )
    await execute(
        session,
        f"""
        INSERT INTO invoice (id, kind, status, made_by, {", ".join(_KEY)})
        SELECT id, 'rollup', 'draft', :made_by, {", ".join(_KEY)}
        FROM unnest(CAST(:ids AS bigint[]), CAST(:branch AS text[]), CAST(:bill_to AS text[]), CAST(:grouping AS text[]),
                    CAST(:grouped_by AS text[]), CAST(:cycle_from AS date[]), CAST(:cycle_to AS date[]))
             AS made (id, {", ".join(_KEY)})
        """,
        ids=ids,
        made_by=made_by,
        **columns(keys, *_KEY),
    )
    return ids


async def put_on(session: AsyncSession, placed: Sequence[tuple[int, int]], done_by: str) -> None:
    """Assigns rated orders, given as pairs of order and invoice id, which the caller has locked. Two statements."""
    changed = await execute(
        session,
        """
        WITH placed AS (
            UPDATE work_order SET status = 'assigned', invoice_id = placed.invoice_id, revision = revision + 1
            FROM unnest(CAST(:order_ids AS bigint[]), CAST(:invoice_ids AS bigint[])) AS placed (id, invoice_id)
            WHERE work_order.id = placed.id AND work_order.status = 'rated'
            RETURNING work_order.id, work_order.invoice_id
        )
        INSERT INTO order_step (work_order_id, action, reason, done_by, done_at, invoice_id)
        SELECT id, 'assign', '', :done_by, now(), invoice_id FROM placed
        """,
        done_by=done_by,
        order_ids=[order_id for order_id, _ in placed],
        invoice_ids=[invoice_id for _, invoice_id in placed],
    )
    assert changed == len(placed)
    await execute(
        session,
        "UPDATE invoice SET revision = revision + 1 WHERE id = ANY(CAST(:invoice_ids AS bigint[]))",
        invoice_ids=sorted({invoice_id for _, invoice_id in placed}),
    )


async def take_off(session: AsyncSession, order_ids: Sequence[int], done_by: str) -> None:
    """Takes assigned orders, which the caller has locked, off their drafts. A draft without orders is dissolved.

    The invoices are locked before their orders are counted. If two clerks each take off one of the last two orders at
    the same time, the second one must see that none is left.
    """
    invoice_ids = await lock_of_orders(session, order_ids)
    await execute(
        session,
        """
        WITH left_behind AS (
            SELECT id, invoice_id FROM work_order WHERE id = ANY(CAST(:order_ids AS bigint[])) AND status = 'assigned'
        ), freed AS (
            UPDATE work_order SET status = 'rated', invoice_id = NULL, revision = revision + 1
            FROM left_behind WHERE work_order.id = left_behind.id RETURNING left_behind.id, left_behind.invoice_id
        )
        INSERT INTO order_step (work_order_id, action, reason, done_by, done_at, invoice_id)
        SELECT id, 'unassign', '', :done_by, now(), invoice_id FROM freed
        """,
        order_ids=list(order_ids),
        done_by=done_by,
    )
    await execute(
        session,
        """
        UPDATE invoice
        SET status = CASE WHEN EXISTS (SELECT FROM work_order w WHERE w.invoice_id = invoice.id) THEN 'draft'
                          ELSE 'dissolved' END,
            revision = revision + 1
        WHERE id = ANY(CAST(:invoice_ids AS bigint[])) AND status = 'draft'
        """,
        invoice_ids=invoice_ids,
    )


async def total_of(session: AsyncSession, order_ids: Sequence[int]) -> DraftTotals:
    """The number of invoices that the orders are on, and the number and total of the orders."""
    totals = await fetch_one(
        session,
        DraftTotals,
        """
        SELECT count(DISTINCT w.invoice_id) AS count, count(*) AS orders, coalesce(sum(r.total), 0.00) AS total
        FROM work_order w JOIN rating r ON r.work_order_id = w.id AND r.version = w.rating_version
        WHERE w.id = ANY(CAST(:order_ids AS bigint[]))
        """,
        order_ids=list(order_ids),
    )
    assert totals is not None
    return totals
