"""Reading what waits for the caller."""

from sqlalchemy.ext.asyncio import AsyncSession

from services.receivables.rules.waiting import BatchesWaiting, ReceivablesWaiting, batches_waiting
from services.receivables.store import batches, credit_requests, customers, invoice_emails, month_reopenings
from shared.access.grants import Grant, Level, scope_for
from shared.values.waiting import WaitingPart

_REQUESTS = "status=awaiting_approval&mine=false"


async def read_waiting(session: AsyncSession, grants: tuple[Grant, ...], name: str) -> ReceivablesWaiting:
    """What waits for the user with these grants, with one statement for each part."""
    return ReceivablesWaiting(
        batches=await _batches(session, grants),
        credit_requests=await _credit_requests(session, grants, name),
        month_reopenings=await _month_reopenings(session, grants, name),
        customers_over_limit=await _customers_over_limit(session, grants),
        emails_failed=await _emails_failed(session, grants),
    )


async def _batches(session: AsyncSession, grants: tuple[Grant, ...]) -> BatchesWaiting | None:
    scope = scope_for(grants, "receivables.batches", Level.VIEW)
    return None if scope is None else batches_waiting(await batches.count_waiting(session, scope))


async def _credit_requests(session: AsyncSession, grants: tuple[Grant, ...], name: str) -> WaitingPart | None:
    scope = scope_for(grants, "receivables.credits", Level.VIEW)
    if scope is None:
        return None
    found = await credit_requests.count_waiting(session, scope, name)
    return WaitingPart(found.count, found.total, f"credit-requests?{_REQUESTS}")


async def _month_reopenings(session: AsyncSession, grants: tuple[Grant, ...], name: str) -> WaitingPart | None:
    scope = scope_for(grants, "receivables.month_reopening", Level.VIEW)
    if scope is None:
        return None
    count = await month_reopenings.count_waiting(session, scope, name)
    return WaitingPart(count, None, f"month-reopenings?{_REQUESTS}")


async def _customers_over_limit(session: AsyncSession, grants: tuple[Grant, ...]) -> WaitingPart | None:
    scope = scope_for(grants, "receivables.customers", Level.VIEW)
    accounts = scope_for(grants, "receivables.accounts", Level.VIEW)
    if scope is None or accounts is None:
        return None
    return WaitingPart(await customers.count_over_limit(session, scope, accounts), None, "customers?over_limit=true")


async def _emails_failed(session: AsyncSession, grants: tuple[Grant, ...]) -> WaitingPart | None:
    scope = scope_for(grants, "receivables.invoices", Level.VIEW)
    if scope is None:
        return None
    return WaitingPart(await invoice_emails.count_failed(session, scope), None, "invoice-emails?status=failed")
