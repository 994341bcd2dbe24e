"""Customers: entered, imported, changed, announced, and their accounts."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from services.receivables.errors import NumberTaken, UnknownReference
from services.receivables.records.customers import Customer, CustomerEntry
from services.receivables.rules.customers import Account
from services.receivables.rules.references import unknown_references
from services.receivables.store import customers, references
from shared.access.grants import Scope
from shared.database.failures import constraint_of
from shared.errors import Fault, Forbidden, NotFound
from shared.files.csv import Numbered, refuse_import
from shared.values.versions import require_version

_NAMED = {one: one for one in ("receivable_type", "pay_terms", "tax_code", "misc_distribution_code")}
list_customers = customers.list_customers


async def read_customer(session: AsyncSession, scope: Scope, customer_id: int) -> Customer:
    """One customer; raises NotFound outside the scope."""
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
    entry = customer.model_copy(update=dict(changes))
    await _require_known(session, entry, replaces=customer)
    await customers.update(session, customer_id, entry)
    await customers.announce(session, [customer_id])


async def import_customers(session: AsyncSession, scope: Scope, entries: Sequence[Numbered[CustomerEntry]]) -> int:
    """Adds customers, or gives known ones new values: all or none. Raises ImportRefused that names every faulty row."""
    rows = [one.row for one in entries]
    unknown = await _unknown(session, rows)
    known = {(one.ar_company, one.number): one for one in await customers.known(session, rows)} if unknown else {}
    faults = [
        entries[index].fault(field, words)
        for index, field, words in unknown
        if not _keeps(known.get((rows[index].ar_company, rows[index].number)), rows[index], field)
    ]
    faults += [
        one.fault("number", "lies outside the customers that you may edit")
        for one in entries
        if not scope.covers(customer=one.row.number, ar_company=one.row.ar_company)
    ]
    refuse_import(faults)
    await customers.announce(session, await customers.upsert(session, rows))
    return len(entries)


def _require_in_scope(scope: Scope, entry: CustomerEntry) -> None:
    if not scope.covers(customer=entry.number, ar_company=entry.ar_company):
        raise Forbidden(f"Customer {entry.number} of company {entry.ar_company} lies outside what you may edit.")


def _keeps(before: CustomerEntry | None, entry: CustomerEntry, field: str) -> bool:
    """Whether an entry leaves a field of its customer as it is: what was retired since then stays there."""
    return before is not None and getattr(before, field) == getattr(entry, field)


async def _unknown(session: AsyncSession, entries: Sequence[CustomerEntry]) -> list[tuple[int, str, str]]:
    known = await references.known_references(session, *_NAMED.values())
    return unknown_references(entries, known, codes=_NAMED)


async def _require_known(session: AsyncSession, entry: CustomerEntry, *, replaces: CustomerEntry | None = None) -> None:
    """Raises UnknownReference; what was retired after the customer had taken it up does not count."""
    faults = [
        Fault(f"/{field}", words)
        for _, field, words in await _unknown(session, [entry])
        if not _keeps(replaces, entry, field)
    ]
    if faults:
        raise UnknownReference(f"Customer {entry.number} names things that do not exist.", faults=faults)
