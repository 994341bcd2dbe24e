"""Posted invoices with everything applied to each of their lines, whether posted or waiting in a batch."""

from collections.abc import Collection
from dataclasses import dataclass, fields
from decimal import Decimal
from typing import Any, TypedDict

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from services.receivables.rules.entries.amounts import Amounts
from services.receivables.rules.entries.facts import AppliedInvoice, AppliedLine
from services.receivables.rules.entries.info import LineInfo
from services.receivables.rules.entries.numbers import normalized
from services.receivables.store.posted_transactions import CURRENT_VERSION
from shared.access.grants import Scope
from shared.database.scope import scope_condition
from shared.database.statements import execute, fetch_all
from shared.values.money import ZERO

_PARTS = tuple(field.name for field in fields(Amounts))
_POSTED = {part: f"l.{part}" for part in _PARTS} | {
    "units": "CASE l.line_type WHEN 'contract' THEN l.contract_units WHEN 'material' THEN l.quantity ELSE 0.000 END"
}
_WAITING = {part: f"x.{part}" for part in _PARTS} | {
    "units": "CASE x.line_type WHEN 'contract' THEN x.contract_units WHEN 'material' THEN x.units ELSE 0.000 END"
}
_SIDES = ("billed", "credited", "written_off")
_SIDE = "CASE {0}.type WHEN 'credit_memo' THEN 'credited' WHEN 'write_off' THEN 'written_off' ELSE 'billed' END"
_ABOUT = (
    *("line_type", "description", "gl_account", "tax_code", "contract_item", "material", "um", "unit_price"),
    *("work_order_id", "work_order_number", "work_order_version", "work_order_attempt"),
    *("tax_account", "retainage_account", "retainage_tax_account", "charge_account", "charge_counter_account"),
)
_SUMS = ", ".join(
    f"coalesce(sum({part}) FILTER (WHERE side = '{side}'), 0.00) AS {side}_{part}" for side in _SIDES for part in _PARTS
)


async def hold(session: AsyncSession, invoice_ids: Collection[int]) -> None:
    """Locks these invoices until the transaction ends, lowest id first. Other amendments of them wait.

    The lock is an advisory one, because row locks need the right to update, which the runtime role does not have on
    posted rows.
    """
    await execute(
        session,
        """
        SELECT pg_advisory_xact_lock(hashtextextended('invoice ' || id, 0))
        FROM (SELECT id FROM unnest(CAST(:ids AS bigint[])) AS id ORDER BY id) AS named
        """,
        ids=sorted(invoice_ids),
    )


async def invoices(
    session: AsyncSession, scope: Scope, invoice_ids: Collection[int], *, own: tuple[int, int] | None = None
) -> dict[int, AppliedInvoice]:
    """The posted invoices with these ids, by id. An entry `own` (batch id, seq) does not count as holding them."""
    if not invoice_ids:
        return {}
    within, parameters = scope_condition(scope, branch="t.branch", customer="c.number", ar_company="t.ar_company")
    batch_id, seq = own or (None, None)
    found = await fetch_all(
        session,
        AppliedInvoice,
        f"""
        SELECT t.id, t.ar_company, t.month, t.number AS transaction, t.invoice_number, t.customer_id,
               c.number AS customer, t.contract, v.receivable_type, v.ar_account, t.branch,
               t.rating_invoice_id IS NOT NULL AS from_rating, v.invoice_date,
               EXISTS (SELECT FROM ar_transaction d WHERE d.changes_id = t.id AND d.action = 'delete') AS deleted,
               (SELECT format('batch %s of %s, seq %s', b.number, b.month, e.seq)
                FROM batch_entry e JOIN batch b ON b.id = e.batch_id
                WHERE NOT e.posted AND (e.changes_id = t.id OR (e.changes_id IS NOT NULL AND e.apply_to_id = t.id))
                  AND (e.batch_id, e.seq) IS DISTINCT FROM (CAST(:batch_id AS bigint), CAST(:seq AS int))
                ORDER BY e.batch_id, e.seq LIMIT 1) AS held_by
        FROM ar_transaction t JOIN customer c ON c.id = t.customer_id
        {CURRENT_VERSION}
        WHERE t.id = ANY(CAST(:ids AS bigint[])) AND t.type = 'invoice' AND t.action = 'add' AND {within}
        """,
        ids=sorted(invoice_ids),
        batch_id=batch_id,
        seq=seq,
        **parameters,
    )
    return {invoice.id: invoice for invoice in found}


@dataclass(frozen=True)
class NumberedInvoice:
    """A posted invoice found by its number. Several invoices can have the same number."""

    id: int
    number: str
    customer: str


async def find_numbers(
    session: AsyncSession, scope: Scope, ar_company: int, numbers: Collection[str]
) -> list[NumberedInvoice]:
    """The posted invoices of a company with these numbers, in any spelling, except those that were deleted."""
    within, parameters = scope_condition(scope, branch="t.branch", customer="c.number", ar_company="t.ar_company")
    return await fetch_all(
        session,
        NumberedInvoice,
        f"""
        SELECT t.id, t.invoice_number AS number, c.number AS customer
        FROM ar_transaction t JOIN customer c ON c.id = t.customer_id
        WHERE t.ar_company = :ar_company AND lower(btrim(t.invoice_number)) = ANY(CAST(:numbers AS text[]))
          AND t.type = 'invoice' AND t.action = 'add' AND {within}
          AND NOT EXISTS (SELECT FROM ar_transaction d WHERE d.changes_id = t.id AND d.action = 'delete')
        ORDER BY t.id
        """,
        ar_company=ar_company,
        numbers=[normalized(number) for number in numbers],
        **parameters,
    )


async def lines(
    session: AsyncSession,
    invoice_ids: Collection[int],
    *,
    batch_id: int | None = None,
    seqs: Collection[int] | None = None,
    without: Collection[int] = (),
) -> dict[int, dict[int, AppliedLine]]:
    """The lines of posted invoices by invoice id and line number, with what is posted and what waits in batches.

    Entries of the batch `batch_id` do not count, or if `seqs` is given, only these do not. Entries of other batches
    count if they reduce a line, but not if they increase it, because any batch may be posted first. The posted
    transactions `without`, which are being changed, do not count either. Lines that adjustments added count like the
    invoice's own lines.
    """
    if not invoice_ids:
        return {}
    result = await session.execute(
        text(_LINES),
        {
            "ids": sorted(invoice_ids),
            "batch_id": batch_id,
            "seqs": None if seqs is None else sorted(seqs),
            "without": sorted(without),
        },
    )
    found: dict[int, dict[int, AppliedLine]] = {invoice_id: {} for invoice_id in invoice_ids}
    for row in result.mappings():
        sides: dict[str, Any] = {side: Amounts(*(row[f"{side}_{part}"] or ZERO for part in _PARTS)) for side in _SIDES}
        about: dict[str, Any] = {name: row[name] for name in _ABOUT}
        original = row["original"] or ZERO
        found[row["invoice_id"]][row["line"]] = AppliedLine(line=row["line"], original=original, **about, **sides)
    return found


# `posted`: every posted line of the invoices and their amendments, under the number of the invoice's line that it
# belongs to. `left_out` marks the transactions that are being changed, and earlier changes of the same ones.
# `moved`: the amounts that count: all of `posted` that is not left out, and the lines that wait in batches. A waiting
# adjustment of another batch counts only if its sign is opposite to what is billed, so that it reduces the line.
# `original`: the first amount that each line was posted with.
# `about`: description and accounts of each line. The invoice's own latest version comes before adjustments.
_LINES = f"""
    WITH posted AS (
        SELECT coalesce(l.applies_to_id, l.transaction_id) AS invoice_id, coalesce(l.applies_to_line, l.line) AS line,
               {_SIDE.format("t")} AS side, t.id AS transaction_id, t.type, l.reverses,
               t.id = ANY(CAST(:without AS bigint[])) OR coalesce(t.changes_id = ANY(CAST(:without AS bigint[])), false)
                   AS left_out,
               {", ".join(f"{_POSTED[part]} AS {part}" for part in _PARTS)},
               {", ".join(f"l.{name}" for name in _ABOUT if name != "unit_price")}, l.unit_rate AS unit_price
        FROM ar_transaction t JOIN ar_line l ON l.transaction_id = t.id
        WHERE t.id = ANY(CAST(:ids AS bigint[])) OR t.applies_to_id = ANY(CAST(:ids AS bigint[]))
    ), moved AS (
        SELECT invoice_id, line, side, {", ".join(_PARTS)} FROM posted WHERE NOT left_out
        UNION ALL
        SELECT e.apply_to_id, x.apply_line, {_SIDE.format("e")}, {", ".join(_WAITING[part] for part in _PARTS)}
        FROM batch_entry e JOIN batch_line x USING (batch_id, seq)
        WHERE e.apply_to_id = ANY(CAST(:ids AS bigint[])) AND NOT e.posted AND e.action = 'add'
          AND x.apply_line IS NOT NULL
          AND NOT (e.batch_id IS NOT DISTINCT FROM CAST(:batch_id AS bigint)
                   AND (CAST(:seqs AS int[]) IS NULL OR e.seq = ANY(CAST(:seqs AS int[]))))
          AND NOT (e.type = 'adjustment' AND e.batch_id IS DISTINCT FROM CAST(:batch_id AS bigint) AND x.amount * (
                   SELECT coalesce(sum(p.amount), 0) FROM posted p WHERE p.side = 'billed' AND NOT p.left_out
                   AND p.invoice_id = e.apply_to_id AND p.line = x.apply_line) >= 0)
    ), about AS (
        SELECT DISTINCT ON (invoice_id, line) invoice_id, line, {", ".join(_ABOUT)}
        FROM posted WHERE side = 'billed' AND NOT reverses
        ORDER BY invoice_id, line, type = 'invoice' DESC, transaction_id DESC
    ), original AS (
        SELECT DISTINCT ON (invoice_id, line) invoice_id, line, amount
        FROM posted WHERE side = 'billed' AND NOT reverses AND amount <> 0 ORDER BY invoice_id, line, transaction_id
    )
    SELECT a.*, o.amount AS original, {", ".join(f"s.{side}_{part}" for side in _SIDES for part in _PARTS)}
    FROM about a
    LEFT JOIN original o USING (invoice_id, line)
    LEFT JOIN (SELECT invoice_id, line, {_SUMS} FROM moved GROUP BY invoice_id, line) AS s USING (invoice_id, line)
    ORDER BY a.invoice_id, a.line
"""


class LeftOut(TypedDict, total=False):
    """What does not count of what is applied to an invoice: see `lines`."""

    batch_id: int | None
    seqs: Collection[int] | None
    without: Collection[int]


@dataclass(frozen=True)
class _Total:
    invoice_id: int
    total: Decimal


async def totals(
    session: AsyncSession,
    invoice_ids: Collection[int],
    *,
    batch_id: int | None = None,
    seqs: Collection[int] | None = None,
    without: Collection[int] = (),
) -> dict[int, Decimal]:
    """What is open of each posted invoice as a whole, by id, with the same exceptions as in `lines`.

    An entry that waits in another batch counts if it reduces the invoice, but not if it increases it.
    """
    if not invoice_ids:
        return {}
    found = await fetch_all(
        session,
        _Total,
        """
        WITH posted AS (
            SELECT coalesce(t.applies_to_id, t.id) AS invoice_id,
                   coalesce(sum(t.total) FILTER (WHERE NOT (
                       t.id = ANY(CAST(:without AS bigint[]))
                       OR coalesce(t.changes_id = ANY(CAST(:without AS bigint[])), false))), 0.00) AS total,
                   sign(sum(t.total) FILTER (WHERE t.type IN ('invoice', 'adjustment'))) AS side
            FROM ar_transaction t
            WHERE t.id = ANY(CAST(:ids AS bigint[])) OR t.applies_to_id = ANY(CAST(:ids AS bigint[]))
            GROUP BY 1
        ), waiting AS (
            SELECT e.apply_to_id AS invoice_id, sum(x.amount) AS total,
                   e.batch_id IS DISTINCT FROM CAST(:batch_id AS bigint) AS elsewhere
            FROM batch_entry e JOIN batch_line x USING (batch_id, seq)
            WHERE e.apply_to_id = ANY(CAST(:ids AS bigint[])) AND NOT e.posted AND e.action = 'add'
              AND NOT (e.batch_id IS NOT DISTINCT FROM CAST(:batch_id AS bigint)
                       AND (CAST(:seqs AS int[]) IS NULL OR e.seq = ANY(CAST(:seqs AS int[]))))
            GROUP BY e.apply_to_id, e.batch_id, e.seq
        )
        SELECT p.invoice_id, p.total + coalesce(sum(w.total), 0.00) AS total
        FROM posted p
        LEFT JOIN waiting w ON w.invoice_id = p.invoice_id AND NOT (w.elsewhere AND w.total * p.side >= 0)
        GROUP BY p.invoice_id, p.total
        """,
        ids=sorted(invoice_ids),
        batch_id=batch_id,
        seqs=None if seqs is None else sorted(seqs),
        without=sorted(without),
    )
    return {row.invoice_id: row.total for row in found}


@dataclass(frozen=True)
class _Highest:
    invoice_id: int
    line: int


async def next_lines(session: AsyncSession, invoice_ids: Collection[int]) -> dict[int, int]:
    """The number of the next line added to each invoice: one more than the highest, by invoice id."""
    if not invoice_ids:
        return {}
    found = await fetch_all(
        session,
        _Highest,
        """
        SELECT coalesce(t.applies_to_id, t.id) AS invoice_id, max(coalesce(l.applies_to_line, l.line)) AS line
        FROM ar_transaction t JOIN ar_line l ON l.transaction_id = t.id
        WHERE t.id = ANY(CAST(:ids AS bigint[])) OR t.applies_to_id = ANY(CAST(:ids AS bigint[]))
        GROUP BY 1
        """,
        ids=sorted(invoice_ids),
    )
    return {highest.invoice_id: highest.line + 1 for highest in found}


async def line_infos(session: AsyncSession, invoice_id: int) -> list[LineInfo]:
    """The lines of a posted invoice: as originally posted, and with everything posted to them since."""
    return await fetch_all(
        session,
        LineInfo,
        """
        WITH moved AS (
            SELECT coalesce(l.applies_to_line, l.line) AS invoice_line, t.month, t.number, t.invoice_number, l.*
            FROM ar_transaction t JOIN ar_line l ON l.transaction_id = t.id
            WHERE t.id = :id OR t.applies_to_id = :id
        ), first AS (
            SELECT DISTINCT ON (invoice_line) * FROM moved ORDER BY invoice_line, transaction_id, line
        ), sums AS (
            SELECT invoice_line, sum(amount) AS amount, sum(tax) AS tax, sum(retainage + retainage_tax) AS retainage,
                   sum(finance_charge) AS finance_charge
            FROM moved GROUP BY invoice_line
        )
        SELECT f.invoice_number, f.month, f.number AS transaction, f.invoice_line AS line, f.description,
               f.amount AS original_amount, f.tax AS original_tax,
               f.retainage + f.retainage_tax AS original_retainage, f.finance_charge AS original_finance_charge,
               s.amount AS total_amount, s.tax AS total_tax, s.retainage AS total_retainage,
               s.finance_charge AS total_finance_charge
        FROM first f JOIN sums s USING (invoice_line) ORDER BY f.invoice_line
        """,
        id=invoice_id,
    )
