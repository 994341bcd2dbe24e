"""Customers: entered, imported, changed, announced, and their accounts."""

from collections.abc import Mapping, Sequence
from dataclasses import fields, replace
from typing import Any

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from services.receivables.errors import NumberTaken, UnknownReference
from services.receivables.rules.customers import Account, Customer, CustomerEntry, CustomerFilter
from services.receivables.store import customers, setup
from shared.access import EVERYTHING, Scope
from shared.database import constraint_of
from shared.errors import Fault, Forbidden, NotFound
from shared.etag import require_version
from shared.listing import PageQuery
from shared.tables import Numbered, refuse_import


async def list_customers(
    session: AsyncSession, scope: Scope, wanted: CustomerFilter, query: PageQuery
) -> tuple[list[Customer], str | None, int]:
    return await customers.list_customers(session, scope, wanted, query)


async def read_customer(session: AsyncSession, scope: Scope, customer_id: int) -> Customer:
    customer = await customers.find(session, scope, customer_id)
    if customer is None:
        raise NotFound(f"There is no customer {customer_id}.")
    return customer


async def read_account(session: AsyncSession, scope: Scope, customer_id: int) -> Account:
    """What the customer owes: open invoices, and rated work that is not booked yet."""
    customer = await read_customer(session, scope, customer_id)
    return Account(
        customer,
        await customers.open_items(session, scope, customer_id),
        await customers.unbilled(session, scope, customer),
    )


async def enter_customer(session: AsyncSession, scope: Scope, entry: CustomerEntry) -> int:
    """Adds a customer, announces it and returns its id; raises Forbidden, UnknownReference, NumberTaken."""
    _require_in_scope(scope, entry)
    await _require_known(session, entry)
    try:
        customer_id = await customers.insert(session, entry)
    except IntegrityError as error:
        if constraint_of(error) == "customer_ar_company_number_key":
            raise NumberTaken(f"Company {entry.ar_company} has a customer {entry.number} already.") from error
        raise
    await customers.announce(session, [customer_id])
    return customer_id


async def change_customer(
    session: AsyncSession, scope: Scope, customer_id: int, expected_version: int, changes: Mapping[str, Any]
) -> None:
    """Changes fields of a customer and announces it; company and number stay."""
    customer = await customers.find(session, scope, customer_id, lock=True)
    if customer is None:
        raise NotFound(f"There is no customer {customer_id}.")
    require_version(customer.version, expected_version, f"Customer {customer.number}")
    entered = {one.name: getattr(customer, one.name) for one in fields(CustomerEntry)}
    entry = replace(CustomerEntry(**entered), **changes)
    await _require_known(session, entry)
    await customers.update(session, customer_id, entry)
    await customers.announce(session, [customer_id])


async def import_customers(session: AsyncSession, scope: Scope, entries: Sequence[Numbered[CustomerEntry]]) -> int:
    """Adds customers, or gives known ones new values: all or none. Raises ImportRefused that names every faulty row."""
    companies = {one.number for one in await setup.list_companies(session, EVERYTHING)}
    types = {(one.ar_company, one.type) for one in await setup.list_types(session, EVERYTHING)}
    faults: list[Fault] = []
    for one in entries:
        row = one.row
        if row.ar_company not in companies:
            faults.append(one.fault("ar_company", f"there is no AR company {row.ar_company}"))
        elif row.receivable_type is not None and (row.ar_company, row.receivable_type) not in types:
            faults.append(one.fault("receivable_type", f"there is no receivable type {row.receivable_type}"))
        if not scope.covers(customer=row.number, ar_company=row.ar_company):
            faults.append(one.fault("number", "lies outside the customers that you may edit"))
    refuse_import(faults)
    await customers.announce(session, await customers.upsert(session, [one.row for one in entries]))
    return len(entries)


def _require_in_scope(scope: Scope, entry: CustomerEntry) -> None:
    if not scope.covers(customer=entry.number, ar_company=entry.ar_company):
        raise Forbidden(f"Customer {entry.number} of company {entry.ar_company} lies outside what you may edit.")


async def _require_known(session: AsyncSession, entry: CustomerEntry) -> None:
    faults = []
    if await setup.find_company(session, entry.ar_company) is None:
        faults.append(Fault("/ar_company", f"there is no AR company {entry.ar_company}"))
    elif entry.receivable_type is not None:
        known = {(one.ar_company, one.type) for one in await setup.list_types(session, EVERYTHING)}
        if (entry.ar_company, entry.receivable_type) not in known:
            faults.append(Fault("/receivable_type", f"there is no receivable type {entry.receivable_type}"))
    if faults:
        raise UnknownReference(f"Customer {entry.number} names things that do not exist.", faults=faults)
