"""Miscellaneous distributions of posted transactions."""

from sqlalchemy.ext.asyncio import AsyncSession

from services.receivables.rules.misc_distributions import (
    MiscDistributionFilter,
    MiscDistributionRow,
    MiscDistributionTotals,
)
from services.receivables.store.transactions import OF_CUSTOMER, SIDES
from shared.access.grants import Scope
from shared.database.pages import PageQuery, Sorting, Where, fetch_page
from shared.database.statements import fetch_one

_SOURCE = """
    ar_misc_distribution m
    JOIN ar_transaction t ON t.id = m.transaction_id
    JOIN customer c ON c.id = t.customer_id
"""
_ROW = """
    m.transaction_id, m.row, m.code, m.description, m.distributed_on, m.amount, t.ar_company, t.month,
    t.number AS transaction, t.type, coalesce(t.applies_to_id, t.id) AS invoice_id, t.invoice_number,
    c.number AS customer, c.name AS customer_name, t.branch
"""
_CURRENT = """
    t.action <> 'delete'
    AND NOT EXISTS (SELECT FROM ar_transaction x WHERE x.changes_id = coalesce(t.changes_id, t.id) AND x.id > t.id)
"""
"""A later change or deletion replaces what a transaction distributed."""


def _where(scope: Scope, filters: MiscDistributionFilter) -> Where:
    return (
        Where([_CURRENT])
        .within(scope, **SIDES)
        .add("t.ar_company = :ar_company", ar_company=filters.ar_company)
        .add("t.month = :month", month=filters.month)
        .add(OF_CUSTOMER, customer=filters.customer)
        .add("m.code = :code", code=filters.code)
        .add("m.distributed_on >= :distributed_from", distributed_from=filters.distributed_from)
        .add("m.distributed_on <= :distributed_to", distributed_to=filters.distributed_to)
    )


SORTING = Sorting(
    {"transaction_id": ("m.transaction_id", "bigint")}, default="-transaction_id", key="CAST(m.row AS bigint)"
)


async def list_distributions(
    session: AsyncSession, scope: Scope, filters: MiscDistributionFilter, query: PageQuery
) -> tuple[list[MiscDistributionRow], str | None]:
    """One page of miscellaneous distributions, and the cursor of the next page."""
    return await fetch_page(
        session,
        MiscDistributionRow,
        columns=_ROW,
        source=_SOURCE,
        where=_where(scope, filters),
        sorting=SORTING,
        query=query,
    )


async def total_distributions(
    session: AsyncSession, scope: Scope, filters: MiscDistributionFilter
) -> MiscDistributionTotals:
    """The count and the sum of all miscellaneous distributions that match."""
    where = _where(scope, filters)
    totals = await fetch_one(
        session,
        MiscDistributionTotals,
        f"SELECT count(*) AS count, coalesce(sum(m.amount), 0.00) AS amount FROM {_SOURCE} WHERE {where.sql}",
        **where.parameters,
    )
    assert totals is not None
    return totals
