"""Trials of credits: what a credit would do. Nothing is stored."""

from decimal import Decimal

from sqlalchemy.ext.asyncio import AsyncSession

from services.receivables.actions.credit_memos import prepare
from services.receivables.rules.credit_memos import CreditDraft
from services.receivables.rules.credit_trials import CreditTrial, Standing, try_credit
from services.receivables.store import customers, invoices
from shared.access.grants import Scope


async def try_credit_of(
    session: AsyncSession, scope: Scope, invoice_id: int, draft: CreditDraft, accounts: Scope | None
) -> CreditTrial:
    """What the credit would do; raises the errors of `prepare`, but not DispositionMissing.

    `accounts` is the scope in which the caller may see what customers owe, or None.
    """
    prepared = await prepare(session, scope, invoice_id, draft, trial=True)
    invoice = prepared.invoice
    head = await invoices.find_row(session, scope, invoice_id)
    assert head is not None
    exposure = None if accounts is None else await _exposure(session, accounts, invoice.customer_id)
    standing = Standing(head.applied, head.open, exposure)
    return try_credit(invoice, prepared.company, draft, prepared.credited, prepared.orders, standing)


async def _exposure(session: AsyncSession, accounts: Scope, customer_id: int) -> Decimal | None:
    """What the customer owes, or None if the caller may not see the account."""
    customer = await customers.find(session, accounts, customer_id)
    if customer is None:
        return None
    owed = await customers.open_total(session, accounts, customer_id)
    return owed.total + (await customers.unbilled(session, accounts, customer)).total
