"""Crediting an exported invoice: one command, one credit memo, and word to rating."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from services.receivables.errors import MonthClosed
from services.receivables.records.ar_companies import ArCompany
from services.receivables.rules.credit_memos import (
    CreditedLine,
    CreditedOrder,
    Invoice,
    WantedCredit,
    credited_orders,
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
    """A credit that may be posted: what it takes of the invoice, and what that leaves of each work order."""

    invoice: Invoice
    company: ArCompany
    wanted: WantedCredit
    credited: Sequence[CreditedLine]
    orders: Sequence[CreditedOrder]


@dataclass(frozen=True)
class Credited:
    """What became of the command: the memo that was posted, or the request that awaits somebody else's approval."""

    credit_id: int | None
    request_id: int | None


async def credit_invoice(
    session: AsyncSession, scope: Scope, invoice_id: int, wanted: WantedCredit, now: datetime
) -> Credited:
    """Posts a credit memo for what was chosen and tells rating; over the four-eyes limit it only asks for it.

    Raises what `prepare` raises.
    """
    prepared = await prepare(session, scope, invoice_id, wanted)
    if needs_approval(size_of(prepared.credited), prepared.company.four_eyes_limit):
        return Credited(None, await credit_requests.insert(session, invoice_id, wanted, prepared.credited, now))
    return Credited(await post(session, prepared, now), None)


async def prepare(session: AsyncSession, scope: Scope, invoice_id: int, wanted: WantedCredit) -> Prepared:
    """Holds the invoice and finds what the credit takes of it.

    Raises NotFound, NotFromRating, WorkOrderNotOnInvoice, LineNotOnInvoice, MoreThanLeft, NothingToCredit,
    DispositionMissing, DispositionUnneeded, MonthClosed. Credits of one invoice wait for each other, so that never more
    is credited than it holds.
    """
    await applied.hold(session, [invoice_id])
    invoice = (await credit_memos.find_for_credit(session, scope, [invoice_id])).get(invoice_id)
    if invoice is None:
        raise NotFound(f"There is no invoice {invoice_id}.")
    company = await require_open(session, invoice.ar_company, wanted.month)
    lines = await credit_memos.lines_for_credit(session, invoice_id)
    credited = lines_to_credit(invoice, lines, wanted)
    orders = credited_orders(lines, credited)
    require_disposition(orders, wanted.disposition)
    return Prepared(invoice, company, wanted, credited, orders)


async def post(session: AsyncSession, prepared: Prepared, now: datetime) -> int:
    """Posts a credit memo and tells rating; returns its id."""
    invoice, wanted = prepared.invoice, prepared.wanted
    memo = await posting.post_alone(
        session,
        lambda memo_id: post_credit(invoice, prepared.credited, wanted, memo_id),
        company=prepared.company,
        month=wanted.month,
        source="ar_invoice",
        posted_by=wanted.credited_by,
        posted_at=now,
    )
    await announce_credits(session, [PostedCredit(invoice, wanted, memo.number, prepared.orders)])
    return memo.transaction.id


async def require_open(session: AsyncSession, ar_company: int, month: str) -> ArCompany:
    """The company, whose month cannot be closed until this transaction ends; raises MonthClosed."""
    company = await ar_companies.find_company(session, ar_company, lock="FOR SHARE")
    assert company is not None
    if not is_open(month, company.last_closed_month, company.max_open_months):
        raise MonthClosed(
            f"{month} is not open in company {ar_company}; the last closed month is {company.last_closed_month}."
        )
    return company


@dataclass(frozen=True)
class PostedCredit:
    """A posted credit memo on an invoice that came from rating: its transaction number, and its work orders after it."""

    invoice: Invoice
    request: WantedCredit
    transaction: int
    orders: Sequence[CreditedOrder]


async def announce_credits(session: AsyncSession, posted: Sequence[PostedCredit]) -> None:
    """Tells rating what posted credit memos took from each work order of the invoices that came from there."""
    await outbox.append(session, *(_event(one) for one in posted if one.orders))


def _event(credit: PostedCredit) -> wire.InvoiceCredited:
    invoice, request = credit.invoice, credit.request
    assert invoice.run_id is not None
    assert invoice.rating_invoice_id is not None
    assert invoice.rating_attempt is not None
    return wire.InvoiceCredited(
        ar_company=invoice.ar_company,
        month=request.month,
        transaction=credit.transaction,
        disposition=request.disposition,
        reason=request.reason,
        credited_by=request.credited_by,
        booking=wire.CreditedBooking(
            run_id=invoice.run_id,
            invoice_id=invoice.rating_invoice_id,
            attempt=invoice.rating_attempt,
            number=invoice.invoice_number,
            month=invoice.month,
            transaction=invoice.number,
        ),
        orders=tuple(
            wire.CreditedOrder(
                work_order_id=one.work_order_id,
                version=one.version,
                attempt=one.attempt,
                credited=one.credited,
                remaining=one.remaining,
            )
            for one in credit.orders
        ),
    )
