"""Posted transactions: their current versions, and what is brought back into a batch."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, fields
from typing import Any, TypeVar

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from services.receivables.rules.batches import BatchSource
from services.receivables.rules.distributions import LedgerRow
from services.receivables.rules.entries.entries import Header, MiscRow
from services.receivables.rules.entries.facts import TransactionType
from services.receivables.rules.entries.posting import Posted
from services.receivables.rules.posting import EntryLine
from shared.access.grants import Scope
from shared.contracts.invoice_credited import Disposition
from shared.database.scope import scope_condition
from shared.database.statements import fetch_all

PartT = TypeVar("PartT")
_LINE = tuple(field.name for field in fields(EntryLine))
_MISC = tuple(field.name for field in fields(MiscRow))
_VERSION = (
    *("customer_id", "contract", "receivable_type", "description", "purchase_order", "invoice_date", "pay_terms"),
    *("due_on", "discount_on", "disposition", "reason"),
)


@dataclass(frozen=True)
class _Head:
    """A posted transaction, and the header of its latest change."""

    id: int
    version_id: int
    ar_company: int
    month: str
    source: BatchSource
    ar_account: str
    from_rating: bool
    undone: bool
    created: Sequence[int]
    type: TransactionType
    customer: str
    invoice_number: str
    number_typed: bool
    apply_to_id: int | None
    branch: str | None
    customer_id: int
    contract: str | None
    receivable_type: int
    description: str
    purchase_order: str
    invoice_date: Any
    pay_terms: str | None
    due_on: Any
    discount_on: Any
    disposition: Disposition | None
    reason: str

    def header(self) -> Header:
        return Header(
            seq=0,
            action="add",
            type=self.type,
            customer=self.customer,
            invoice_number=self.invoice_number,
            number_typed=self.number_typed,
            apply_to_id=self.apply_to_id,
            branch=self.branch,
            **{name: getattr(self, name) for name in _VERSION},
        )


async def read(session: AsyncSession, scope: Scope, transaction_ids: Collection[int]) -> dict[int, Posted]:
    """The posted transactions with these ids within the scope by id, each as its latest change left it."""
    if not transaction_ids:
        return {}
    heads = await _heads(session, scope, transaction_ids)
    versions = [head.version_id for head in heads]
    lines = await _parts(session, EntryLine, "ar_line", _LINE, "NOT reverses", "line", versions)
    misc = await _parts(session, MiscRow, "ar_misc_distribution", _MISC, "true", "row", versions)
    return {
        head.id: Posted(
            id=head.id,
            ar_company=head.ar_company,
            month=head.month,
            source=head.source,
            ar_account=head.ar_account,
            from_rating=head.from_rating,
            undone=head.undone,
            header=head.header(),
            lines=lines[head.version_id],
            misc=misc[head.version_id],
            created=frozenset(head.created),
        )
        for head in heads
    }


async def _heads(session: AsyncSession, scope: Scope, transaction_ids: Collection[int]) -> list[_Head]:
    within, parameters = scope_condition(scope, branch="t.branch", customer="c.number", ar_company="t.ar_company")
    return await fetch_all(
        session,
        _Head,
        f"""
        SELECT t.id, v.id AS version_id, t.ar_company, t.month, b.source, v.ar_account,
               coalesce(i.rating_invoice_id, t.rating_invoice_id) IS NOT NULL AS from_rating,
               EXISTS (SELECT FROM ar_transaction d WHERE d.changes_id = t.id AND d.action IN ('delete', 'undo')) AS undone,
               ARRAY(SELECT l.applies_to_line FROM ar_line l
                     WHERE l.transaction_id = t.id AND t.type = 'adjustment' AND NOT EXISTS (
                         SELECT FROM ar_line o
                         WHERE (o.transaction_id = l.applies_to_id AND o.line = l.applies_to_line)
                            OR (o.applies_to_id = l.applies_to_id AND o.applies_to_line = l.applies_to_line
                                AND o.transaction_id < t.id))) AS created,
               t.type, c.number AS customer, t.invoice_number, t.number_typed, t.applies_to_id AS apply_to_id, t.branch,
               {", ".join(f"v.{name}" for name in _VERSION)}
        FROM ar_transaction t
        JOIN batch b ON b.id = t.batch_id
        JOIN customer c ON c.id = t.customer_id
        LEFT JOIN ar_transaction i ON i.id = t.applies_to_id
        {CURRENT_VERSION}
        WHERE t.id = ANY(CAST(:ids AS bigint[])) AND t.action = 'add' AND {within}
        """,
        ids=sorted(transaction_ids),
        **parameters,
    )


async def _parts(
    session: AsyncSession,
    kind: type[PartT],
    table: str,
    names: Sequence[str],
    condition: str,
    order: str,
    versions: Sequence[int],
) -> dict[int, list[PartT]]:
    """The lines or miscellaneous distributions of each version, by version id."""
    found = await session.execute(
        text(
            f"""
            SELECT x.transaction_id AS version_id, {", ".join(f"x.{name}" for name in names)} FROM {table} x
            WHERE x.transaction_id = ANY(CAST(:ids AS bigint[])) AND {condition} ORDER BY x.transaction_id, x.{order}
            """
        ),
        {"ids": list(versions)},
    )
    parts: dict[int, list[PartT]] = {version_id: [] for version_id in versions}
    for row in found:
        parts[row[0]].append(kind(*row[1:]))
    return parts


async def ledger_rows(session: AsyncSession, batch_id: int) -> list[LedgerRow]:
    """The GL rows that a batch has posted, in the order of seqs."""
    return await fetch_all(
        session,
        LedgerRow,
        """
        SELECT t.seq, g.line, g.account, g.debit, g.credit
        FROM ar_transaction t JOIN gl_distribution g ON g.transaction_id = t.id
        WHERE t.batch_id = :batch_id ORDER BY t.seq, g.position
        """,
        batch_id=batch_id,
    )


CURRENT_VERSION = """
    JOIN LATERAL (
        SELECT t.*
        UNION ALL
        SELECT x.* FROM ar_transaction x WHERE x.changes_id = t.id AND x.action = 'change'
        ORDER BY id DESC LIMIT 1
    ) AS v ON true
"""
"""Joins `v`, the current version of each originally posted transaction `t`. It costs one index lookup."""
