"""Credits of exported invoices: one command posts one credit memo and publishes it to rating."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from services.receivables.errors import MonthClosed
from services.receivables.records.ar_companies import ArCompany
from services.receivables.rules.credit_memos import (
    CreditDraft,
    CreditedLine,
    CreditedOrder,
    CreditWarning,
    Invoice,
    credited_orders,
    date_warnings,
    lines_to_credit,
    post_credit,
    require_disposition,
    size_of,
)
from services.receivables.rules.credit_requests import needs_approval
from services.receivables.rules.months import is_open
from services.receivables.store import applied, ar_companies, credit_memos, credit_requests, posting
from shared.access.grants import Scope
from shared.contracts import invoice_credited as wire
from shared.errors import NotFound
from shared.events import outbox


@dataclass(frozen=True)
class Prepared:
    """A credit that can be posted: what it takes from the invoice, and what it leaves of each work order."""

    invoice: Invoice
    company: ArCompany
    draft: CreditDraft
    credited: Sequence[CreditedLine]
    orders: Sequence[CreditedOrder]


@dataclass(frozen=True)
class Credited:
    """The result of a credit: the memo that was posted, or the request that awaits approval."""

    credit_id: int | None
    request_id: int | None
    warnings: Sequence[CreditWarning]


async def credit_invoice(
    session: AsyncSession, scope: Scope, invoice_id: int, draft: CreditDraft, now: datetime
) -> Credited:
    """Posts a credit memo and publishes it to rating. A credit over the four-eyes limit becomes a request instead.

    Raises the errors of `prepare`.
    """
    prepared = await prepare(session, scope, invoice_id, draft)
    warnings = date_warnings(prepared.invoice, "credit_date", draft.credit_date, draft.month)
    if needs_approval(size_of(prepared.credited), prepared.company.four_eyes_limit):
        request_id = await credit_requests.insert(session, invoice_id, draft, prepared.credited, now)
        return Credited(None, request_id, warnings)
    return Credited(await post(session, prepared, now), None, warnings)


async def prepare(
    session: AsyncSession, scope: Scope, invoice_id: int, draft: CreditDraft, *, trial: bool = False
) -> Prepared:
    """Locks the invoice and finds what the credit takes from it.

    Credits of the same invoice wait for each other, so that they never take more than is left. A `trial` locks nothing
    and needs no disposition. Raises NotFound, NotFromRating, WorkOrderNotOnInvoice, LineNotOnInvoice, MoreThanLeft,
    NothingToCredit, DispositionMissing, DispositionUnneeded or MonthClosed.
    """
    if not trial:
        await applied.hold(session, [invoice_id])
    invoice = (await credit_memos.find_for_credit(session, scope, [invoice_id])).get(invoice_id)
    if invoice is None:
        raise NotFound(f"There is no invoice {invoice_id}.")
    company = await require_open(session, invoice.ar_company, draft.month, lock="" if trial else "FOR SHARE")
    lines = await credit_memos.lines_for_credit(session, invoice_id)
    total = (await applied.totals(session, [invoice_id]))[invoice_id]
    credited = lines_to_credit(invoice, lines, draft, total)
    orders = credited_orders(lines, credited)
    if not trial or draft.disposition is not None:
        require_disposition(orders, draft.disposition)
    return Prepared(invoice, company, draft, credited, orders)


async def post(session: AsyncSession, prepared: Prepared, now: datetime) -> int:
    """Posts a credit memo, publishes it to rating, and returns its id."""
    invoice, draft = prepared.invoice, prepared.draft
    memo = await posting.post_alone(
        session,
        lambda memo_id: post_credit(invoice, prepared.credited, draft, memo_id),
        company=prepared.company,
        month=draft.month,
        source="ar_invoice",
        posted_by=draft.credited_by,
        posted_at=now,
    )
    await announce_credits(session, [PostedCredit(invoice, draft, memo.number, prepared.orders)])
    return memo.transaction.id


async def require_open(session: AsyncSession, ar_company: int, month: str, *, lock: str = "FOR SHARE") -> ArCompany:
    """The company, locked so that the month cannot be closed until this transaction ends; raises MonthClosed."""
    company = await ar_companies.find_company(session, ar_company, lock=lock)
    assert company is not None
    if not is_open(month, company.last_closed_month, company.max_open_months):
        raise MonthClosed(
            f"{month} is not open in company {ar_company}. The last closed month is {company.last_closed_month}."
        )
    return company


@dataclass(frozen=True)
class PostedCredit:
    """A posted credit memo on an invoice from rating: its transaction number, and the work orders after it."""

    invoice: Invoice
    draft: CreditDraft
    transaction: int
    orders: Sequence[CreditedOrder]


async def announce_credits(session: AsyncSession, posted: Sequence[PostedCredit]) -> None:
    """Publishes to rating what posted credit memos took from each work order of its invoices."""
    await outbox.append(session, *(_event(credit) for credit in posted if credit.orders))


def _event(credit: PostedCredit) -> wire.InvoiceCredited:
    invoice, draft = credit.invoice, credit.draft
    assert invoice.run_id is not None
    assert invoice.rating_invoice_id is not None
    assert invoice.rating_attempt is not None
    return wire.InvoiceCredited(
        ar_company=invoice.ar_company,
        month=draft.month,
        transaction=credit.transaction,
        disposition=draft.disposition,
        reason=draft.reason,
        credited_by=draft.credited_by,
        booking=wire.CreditedBooking(
            run_id=invoice.run_id,
            run_uuid=invoice.run_uuid,
            invoice_id=invoice.rating_invoice_id,
            attempt=invoice.rating_attempt,
            number=invoice.invoice_number,
            month=invoice.month,
            transaction=invoice.number,
            ar_invoice_id=invoice.id,
        ),
        orders=tuple(
            wire.CreditedOrder(
                work_order_id=order.work_order_id,
                version=order.version,
                attempt=order.attempt,
                credited=order.credited,
                remaining=order.remaining,
            )
            for order in credit.orders
        ),
    )
