"""Customers and their accounts over HTTP."""

from typing import Annotated

from fastapi import Query, Request, Response
from sqlalchemy.ext.asyncio import AsyncSession

from services.receivables.actions import customers
from services.receivables.errors import NumberTaken, UnknownReference
from services.receivables.records.customers import Customer, CustomerEntry
from services.receivables.rules.customers import CustomerFilter, OpenItem, customer_key
from services.receivables.schemas.customers import AccountRead, CustomerChange, CustomerChanges
from shared.access import declared
from shared.access.grants import Level, scope_for
from shared.audit.changes import HistoryStep
from shared.errors import Forbidden, NotFound, VersionMissing, VersionStale
from shared.files.changes import Outcome
from shared.files.csv import read_csv
from shared.http.callers import Caller, CallerOf
from shared.http.etag import ExpectedVersion, Tagged, etag
from shared.http.files import CSV_RESPONSE, CsvBody, table_answer
from shared.http.operation import Naming, Router
from shared.http.pages import Count, FixedPageQueryOf, Page, PageQueryOf
from shared.http.transaction import Transaction
from shared.values.fields import field_names
from shared.values.numbers import Id

router = Router("customers")
VIEW = declared.feature("receivables.customers", Level.VIEW)
EDIT = declared.feature("receivables.customers", Level.EDIT)
ACCOUNTS = "receivables.accounts"


@router.get("", access=VIEW, response_model=Page[Customer, Count], responses=CSV_RESPONSE)
async def list_customers(
    filters: Annotated[CustomerFilter, Query()], page: PageQueryOf, caller: CallerOf, session: Transaction
) -> Page[Customer, Count] | Response:
    """Customers by company, status, number or name. CSV and XLSX use the import format."""
    accounts = scope_for(caller.principal.grants, ACCOUNTS, Level.VIEW)
    if filters.over_limit is not None and accounts is None:
        raise Forbidden(f"over_limit needs {ACCOUNTS} at level view, which none of your groups grants.")
    rows, cursor, count = await customers.list_customers(session, caller.scope, filters, page, accounts or caller.scope)
    if page.media_type is not None:
        return table_answer(page.media_type, "customers", field_names(CustomerEntry), rows)
    return Page(items=rows, next_cursor=cursor, totals=Count.of(count))


@router.post(
    "",
    access=EDIT,
    status_code=201,
    refuses=[NumberTaken, UnknownReference],
    naming=Naming(CustomerEntry, customers.find_unknown),
)
async def create_customer(entry: CustomerEntry, response: Tagged, caller: CallerOf, session: Transaction) -> Customer:
    """Creates a customer and publishes it to the other services."""
    customer_id = await customers.create_customer(session, caller.scope, entry)
    return await _read(session, caller, customer_id, response)


@router.imports("/import", access=EDIT)
async def import_customers(file: CsvBody, caller: CallerOf, session: Transaction) -> Outcome:
    """Creates the customers in the file, or changes existing ones in the columns that the file has.

    If any row has an error, nothing is imported. A customer that does not change is not published.
    """
    table = await read_csv(file, CustomerEntry, key=customer_key)
    return await customers.import_customers(session, caller.scope, table)


@router.get("/{customer_id}", access=VIEW, refuses=[NotFound])
async def read_customer(customer_id: Id, response: Tagged, caller: CallerOf, session: Transaction) -> Customer:
    """One customer. You need the ETag to change it."""
    return await _read(session, caller, customer_id, response)


@router.get("/{customer_id}/history", access=VIEW, refuses=[NotFound])
async def read_customer_history(
    customer_id: Id, page: FixedPageQueryOf, caller: CallerOf, session: Transaction
) -> Page[HistoryStep, Count]:
    """Who did what with it and when, newest first."""
    steps, cursor, count = await customers.list_history(session, caller.scope, customer_id, page)
    return Page(items=steps, next_cursor=cursor, totals=Count.of(count))


async def _customer_in_path(request: Request, session: AsyncSession) -> Customer | None:
    caller: Caller = request.state.caller
    return await customers.find_customer(session, caller.scope, int(request.path_params["customer_id"]))


@router.patch(
    "/{customer_id}",
    access=EDIT,
    refuses=[NotFound, VersionMissing, VersionStale, UnknownReference],
    naming=Naming(CustomerChange, customers.find_unknown, _customer_in_path),
)
async def change_customer(
    customer_id: Id,
    sent: CustomerChanges,
    version: ExpectedVersion,
    response: Tagged,
    caller: CallerOf,
    session: Transaction,
) -> Customer:
    """Changes the fields that you send, and publishes the customer to the other services."""
    await customers.change_customer(session, caller.scope, customer_id, version, sent)
    return await _read(session, caller, customer_id, response)


@router.get(
    "/{customer_id}/account",
    access=declared.feature(ACCOUNTS, Level.VIEW),
    response_model=AccountRead,
    responses=CSV_RESPONSE,
    refuses=[NotFound],
)
async def read_account(
    customer_id: Id, page: PageQueryOf, caller: CallerOf, session: Transaction
) -> AccountRead | Response:
    """What the customer owes: open invoices by due date, and rated work that is not invoiced yet.

    CSV and XLSX contain all open invoices.
    """
    account = await customers.read_account(session, caller.scope, customer_id, page)
    if page.media_type is not None:
        return table_answer(page.media_type, "open-invoices", field_names(OpenItem), account.items)
    return AccountRead.of(account)


async def _read(session: Transaction, caller: CallerOf, customer_id: Id, response: Tagged) -> Customer:
    customer = await customers.read_customer(session, caller.scope, customer_id)
    response.headers["etag"] = etag(customer.version)
    return customer
