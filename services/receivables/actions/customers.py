"""The use cases of customers and their accounts."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from services.receivables.errors import NumberTaken, UnknownReference
from services.receivables.records.customers import Customer, CustomerEntry
from services.receivables.rules.customers import Account, as_named
from services.receivables.rules.references import unknown_references
from services.receivables.store import customers, references
from shared.access.grants import Scope
from shared.audit import history
from shared.audit.changes import HistoryStep, changes_between
from shared.audit.history import Noted
from shared.database.failures import constraint_of
from shared.database.pages import PageQuery
from shared.errors import Fault, Forbidden, NotFound
from shared.files.changes import Outcome, differing_values
from shared.files.csv import ROWS_IN_ONE_GO, TableFile
from shared.process.background import in_turns
from shared.values.fields import parts_of
from shared.values.partly import PartlyRead
from shared.values.text import shown_key
from shared.values.versions import require_version

_KIND = "customer"
_NAMED = {name: name for name in ("receivable_type", "pay_terms", "tax_code", "misc_distribution_code")}
find_customer, list_customers = customers.find, customers.list_customers


async def read_customer(session: AsyncSession, scope: Scope, customer_id: int) -> Customer:
    """One customer in the scope; raises NotFound."""
    customer = await customers.find(session, scope, customer_id)
    if customer is None:
        raise NotFound(f"There is no customer {customer_id}.")
    return customer


async def read_account(session: AsyncSession, scope: Scope, customer_id: int, query: PageQuery) -> Account:
    """What the customer owes: a page of open invoices, and rated work that is not invoiced yet. Raises NotFound."""
    customer = await read_customer(session, scope, customer_id)
    items, cursor = await customers.open_items(session, scope, customer_id, query)
    return Account(
        customer,
        items,
        cursor,
        await customers.open_total(session, scope, customer_id),
        await customers.unbilled(session, scope, customer),
    )


async def create_customer(session: AsyncSession, scope: Scope, entry: CustomerEntry) -> int:
    """Creates and publishes a customer and returns its id; raises Forbidden, UnknownReference or NumberTaken."""
    _require_in_scope(scope, entry)
    await _require_known(session, entry)
    taken = await customers.known(session, [entry])
    if taken:
        raise _taken(taken[0])
    try:
        customer_id = await customers.insert(session, entry)
    except IntegrityError as error:
        if constraint_of(error) in {"customer_ar_company_number_key", "customer_number_folded"}:
            raise _taken(entry) from error
        raise
    await customers.announce(session, [customer_id])
    await history.note_one(session, _KIND, history.key_of(customer_id), "created")
    return customer_id


def _taken(customer: CustomerEntry) -> NumberTaken:
    return NumberTaken(
        f"Company {customer.ar_company} already has a customer {customer.number}. Choose another number; small and "
        "capital letters are the same."
    )


async def change_customer(
    session: AsyncSession, scope: Scope, customer_id: int, expected_version: int, changes: Mapping[str, Any]
) -> None:
    """Changes fields of a customer and publishes it; raises NotFound, VersionStale or UnknownReference."""
    customer = await customers.find(session, scope, customer_id, lock=True)
    if customer is None:
        raise NotFound(f"There is no customer {customer_id}.")
    require_version(customer.version, expected_version, f"Customer {customer.number}")
    entry = customer.model_copy(update=dict(changes))
    await _require_known(session, entry, replaces=customer)
    await customers.update(session, customer_id, entry)
    await customers.announce(session, [customer_id])
    differing = changes_between(parts_of(customer, CustomerEntry), parts_of(entry, CustomerEntry))
    await history.note_one(session, _KIND, history.key_of(customer_id), "changed", differing)


async def list_history(
    session: AsyncSession, scope: Scope, customer_id: int, query: PageQuery
) -> tuple[list[HistoryStep], str | None, int | None]:
    """One page of what was done with a customer, newest first, the next cursor, and the number of steps.

    Raises NotFound.
    """
    await read_customer(session, scope, customer_id)
    return await history.list_steps(session, _KIND, history.key_of(customer_id), query)


async def import_customers(session: AsyncSession, scope: Scope, file: TableFile[CustomerEntry]) -> Outcome:
    """Creates and changes the customers in a file, all or none.

    A known customer keeps what it has in the columns that the file leaves out, and is published only if it changes.
    Raises ImportRefused with a fault for each error.
    """
    known: list[Customer] = []
    async for part in in_turns(file.all_rows, ROWS_IN_ONE_GO):
        known += await customers.known(session, [numbered.row for numbered in part])
    before = as_named(file.all_rows, known)
    names = [name for name in customers.CHANGEABLE if name in file.columns]
    rows = [_filled(old, numbered.row, names) for old, numbered in zip(before, file.all_rows, strict=True)]
    faults = [
        (file.all_rows[index], field, detail)
        for index, field, detail in await _unknown(session, rows)
        if not _keeps(before[index], rows[index], field)
    ]
    faults += [
        (numbered, "number", "is outside the customers that you may edit")
        for numbered, row in zip(file.rows, rows, strict=False)
        if not scope.covers(customer=row.number, ar_company=row.ar_company)
    ]
    file.refuse(faults)
    outcome = Outcome()
    async for places in in_turns(range(len(file.rows)), ROWS_IN_ONE_GO):
        differing = [
            (before[index], rows[index])
            for index in places
            if _count(outcome, file.rows[index].line, before[index], rows[index])
        ]
        saved = await customers.upsert(session, [row for _, row in differing], file.columns)
        await customers.announce(session, saved)
        await _note_import(session, differing)
    return outcome


async def _note_import(session: AsyncSession, pairs: Sequence[tuple[Customer | None, CustomerEntry]]) -> None:
    """Keeps what customers in a file were before and are now."""
    ids = {(one.ar_company, one.number): one.id for one in await customers.known(session, [row for _, row in pairs])}
    noted = [
        Noted(
            history.key_of(ids[row.ar_company, row.number]),
            "imported" if before is None else "changed",
            () if before is None else changes_between(parts_of(before, CustomerEntry), parts_of(row, CustomerEntry)),
        )
        for before, row in pairs
    ]
    await history.note(session, _KIND, noted)


def _filled(before: Customer | None, entry: CustomerEntry, names: Sequence[str]) -> CustomerEntry:
    """The customer as it will be, given the columns in the file."""
    return entry if before is None else before.model_copy(update={name: getattr(entry, name) for name in names})


def _count(outcome: Outcome, line: int, before: Customer | None, entry: CustomerEntry) -> bool:
    """Counts a row of a file; returns whether it creates or changes its customer."""
    made, shown = outcome.made, shown_key((entry.ar_company, entry.number))
    if before is None:
        outcome.create(line, shown, entry, CustomerEntry.model_fields)
    else:
        outcome.change(line, shown, differing_values(before, entry, customers.CHANGEABLE))
    return outcome.made > made


def _require_in_scope(scope: Scope, entry: CustomerEntry) -> None:
    if not scope.covers(customer=entry.number, ar_company=entry.ar_company):
        raise Forbidden(
            f"Customer {entry.number} of company {entry.ar_company} is outside the customers that you may edit."
        )


def _keeps(before: CustomerEntry | None, entry: CustomerEntry, field: str) -> bool:
    """Whether a field of a customer stays the same. If so, it may name a record that was retired in the meantime."""
    return before is not None and getattr(before, field) == getattr(entry, field)


async def _unknown(session: AsyncSession, entries: Sequence[CustomerEntry]) -> list[tuple[int, str, str]]:
    known = await references.known_references(session, *_NAMED.values())
    return unknown_references(entries, known, codes=_NAMED)


async def find_unknown(session: AsyncSession, read: PartlyRead) -> list[tuple[str, str]]:
    """The names in a customer that do not exist, by JSON pointer; a change has the customer as it is as facts."""
    before: Customer | None = read.facts
    entry = read.value if before is None else read.changed(before)
    faults = await _unknown(session, [entry])
    return [(f"/{field}", detail) for _, field, detail in faults if not _keeps(before, entry, field)]


async def _require_known(session: AsyncSession, entry: CustomerEntry, *, replaces: CustomerEntry | None = None) -> None:
    """Raises UnknownReference, except for retired records that the customer names already."""
    faults = [
        Fault(f"/{field}", detail)
        for _, field, detail in await _unknown(session, [entry])
        if not _keeps(replaces, entry, field)
    ]
    if faults:
        raise UnknownReference(f"Customer {entry.number} names records that do not exist; see `errors`.", faults=faults)
