"""Invoices over HTTP, before they are in Accounts Receivable."""

from typing import Annotated

from fastapi import Query, Response

from services.rating.actions import draft_invoices
from services.rating.api.dependencies import CHANGING, selecting
from services.rating.errors import NotAssignable, NothingToAssign, RollupMixed, UnknownReference
from services.rating.rules.draft_invoices import Assigned, DraftTotals, InvoiceFilter, InvoiceRow, InvoiceWithOrders
from services.rating.schemas.draft_invoices import AssignmentRequest, ChosenOrders, OrdersToTakeOff
from shared.access import declared
from shared.access.grants import Level
from shared.audit.changes import HistoryStep
from shared.clock import now
from shared.errors import NotFound
from shared.http.callers import CallerOf
from shared.http.etag import ExpectedVersion, Tagged, etag
from shared.http.files import CSV_RESPONSE
from shared.http.operation import Router
from shared.http.pages import Count, FixedPageQueryOf, Page, PageQueryOf, answer
from shared.http.transaction import Transaction
from shared.values.numbers import Id

router = Router("invoices")
VIEW = declared.feature("rating.rollup", Level.VIEW)
EDIT = declared.feature("rating.rollup", Level.EDIT)
REMOVE = declared.feature("rating.rating", Level.EDIT)


@router.get("", access=VIEW, response_model=Page[InvoiceRow, DraftTotals], responses=CSV_RESPONSE)
async def list_rating_invoices(
    filters: Annotated[InvoiceFilter, Query()], page: PageQueryOf, caller: CallerOf, session: Transaction
) -> Page[InvoiceRow, DraftTotals] | Response:
    """Invoices with the number and total of their current orders, newest first.

    `warnings` are those of the orders on a draft; see work orders.
    """
    rows, cursor, totals = await draft_invoices.list_invoices(session, caller.scope, filters, page)
    return answer(page, "invoices", InvoiceRow, rows, cursor, totals)


@router.post(
    "/assign",
    access=EDIT,
    idempotent=True,
    refuses=[NothingToAssign, UnknownReference],
    naming=selecting(AssignmentRequest),
)
async def assign_orders(body: AssignmentRequest, caller: CallerOf, session: Transaction) -> Assigned:
    """Puts rated orders on draft rollups, as the rules of their bill-tos say. Existing drafts are used first."""
    return await draft_invoices.assign_by_rule(session, caller.scope, body.selection, caller.name)


@router.post(
    "/unassign",
    access=EDIT,
    idempotent=True,
    refuses=[NothingToAssign, UnknownReference],
    naming=selecting(AssignmentRequest),
)
async def unassign_orders(body: AssignmentRequest, caller: CallerOf, session: Transaction) -> Assigned:
    """Takes the assigned orders in the selection off their draft invoices. They stay rated."""
    return await draft_invoices.unassign_by_rule(session, caller.scope, body.selection, caller.name)


@router.post("", access=EDIT, status_code=201, idempotent=True, refuses=[NotAssignable, RollupMixed])
async def create_rollup_invoice(
    body: ChosenOrders, response: Tagged, caller: CallerOf, session: Transaction
) -> InvoiceWithOrders:
    """Creates a draft rollup from rated orders with one bill-to and branch. The roll-up rule does not matter."""
    invoice_id = await draft_invoices.make_rollup(session, caller.scope, body.work_order_ids, caller.name)
    return await _read(session, caller, invoice_id, response)


@router.get("/{invoice_id}", access=VIEW, refuses=[NotFound])
async def read_rating_invoice(
    invoice_id: Id, response: Tagged, caller: CallerOf, session: Transaction
) -> InvoiceWithOrders:
    """An invoice with its orders. You need the ETag to change it."""
    return await _read(session, caller, invoice_id, response)


@router.get("/{invoice_id}/history", access=VIEW, refuses=[NotFound])
async def read_rating_invoice_history(
    invoice_id: Id, page: FixedPageQueryOf, caller: CallerOf, session: Transaction
) -> Page[HistoryStep, Count]:
    """Who made the invoice, put orders on it, took them off and exported it, and when, newest first."""
    steps, cursor, count = await draft_invoices.list_history(session, caller.scope, invoice_id, page)
    return Page(items=steps, next_cursor=cursor, totals=Count.of(count))


@router.post("/{invoice_id}/work-orders", access=EDIT, refuses=[*CHANGING, NotAssignable, RollupMixed])
async def add_orders_to_rollup(
    invoice_id: Id,
    body: ChosenOrders,
    revision: ExpectedVersion,
    response: Tagged,
    caller: CallerOf,
    session: Transaction,
) -> InvoiceWithOrders:
    """Puts rated orders with the same bill-to and branch on a draft rollup."""
    await draft_invoices.add_orders(session, caller.scope, invoice_id, revision, body.work_order_ids, caller.name)
    return await _read(session, caller, invoice_id, response)


@router.post("/{invoice_id}/unassign", access=EDIT, refuses=[*CHANGING, NotAssignable])
async def take_orders_off_invoice(
    invoice_id: Id,
    body: OrdersToTakeOff,
    revision: ExpectedVersion,
    response: Tagged,
    caller: CallerOf,
    session: Transaction,
) -> InvoiceWithOrders:
    """Takes some or all orders off a draft. They stay rated. A draft without orders is dissolved."""
    await draft_invoices.take_orders_off(session, caller.scope, invoice_id, revision, body.work_order_ids, caller.name)
    return await _read(session, caller, invoice_id, response)


@router.delete("/{invoice_id}", access=REMOVE, status_code=204, refuses=CHANGING)
async def remove_draft_invoice(
    invoice_id: Id, revision: ExpectedVersion, caller: CallerOf, session: Transaction
) -> None:
    """Removes a draft invoice together with the ratings of its orders, which are then open again."""
    await draft_invoices.remove_invoice(session, caller.scope, invoice_id, revision, caller.name, now())


async def _read(session: Transaction, caller: CallerOf, invoice_id: int, response: Tagged) -> InvoiceWithOrders:
    found = await draft_invoices.read_invoice(session, caller.scope, invoice_id)
    response.headers["etag"] = etag(found.invoice.revision)
    return found
