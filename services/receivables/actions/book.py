"""The book of a company: everything that its entries need for input, validation and posting."""

from collections.abc import Collection, Sequence
from datetime import date

from sqlalchemy.ext.asyncio import AsyncSession

from services.receivables.rules.entries.book import Book, touched_invoices
from services.receivables.rules.entries.entries import Entry
from services.receivables.store import applied, ar_companies
from services.receivables.store.entries import facts
from shared.access.grants import EVERYTHING, Scope
from shared.errors import NotFound


async def open_book(
    session: AsyncSession,
    scope: Scope,
    ar_company: int,
    today: date,
    *,
    customers: Collection[str] = (),
    contracts: Collection[str] = (),
    invoices: Collection[int] = (),
    own: tuple[int, int] | None = None,
    without: Collection[int] = (),
) -> Book:
    """The company with the given customers, contracts and posted invoices, and with those that they name.

    `own` is the batch id and seq of the entry at hand, and `without` are the posted transactions that it changes. What
    they applied does not count. Raises NotFound.
    """
    company = await ar_companies.find_company(session, ar_company)
    if company is None:
        raise NotFound(f"There is no AR company {ar_company}.")
    found = await applied.invoices(session, scope, invoices, own=own)
    batch_id, seq = own or (None, None)
    left_out: applied.LeftOut = {"batch_id": batch_id, "seqs": None if seq is None else [seq], "without": without}
    lines = await applied.lines(session, found, **left_out)
    numbers = {*contracts, *(invoice.contract for invoice in found.values() if invoice.contract is not None)}
    known_contracts, items = await facts.contracts(session, ar_company, numbers)
    named = {
        *customers,
        *(invoice.customer for invoice in found.values()),
        *(contract.customer for contract in known_contracts.values()),
    }
    return Book(
        company=company,
        codes=await facts.codes(session, company),
        today=today,
        customers=await facts.customers(session, scope, ar_company, named),
        contracts=known_contracts,
        items=items,
        invoices=found,
        lines=lines,
        totals=await applied.totals(session, found, **left_out),
    )


async def book_of_batch(
    session: AsyncSession, ar_company: int, batch_id: int, entries: Sequence[Entry], today: date
) -> Book:
    """The book for all entries of a batch. What the entries themselves apply does not count."""
    company = await ar_companies.find_company(session, ar_company)
    assert company is not None
    headers = [entry.header for entry in entries]
    found = await applied.invoices(session, EVERYTHING, touched_invoices(headers))
    changed = [header.changes_id for header in headers if header.changes_id is not None]
    contracts, items = await facts.contracts(
        session, ar_company, {header.contract for header in headers if header.contract is not None}
    )
    return Book(
        company=company,
        codes=await facts.codes(session, company),
        today=today,
        customers=await facts.customers(session, EVERYTHING, ar_company, {header.customer for header in headers}),
        contracts=contracts,
        items=items,
        invoices=found,
        lines=await applied.lines(session, found, batch_id=batch_id, without=changed),
        totals=await applied.totals(session, found, batch_id=batch_id, without=changed),
    )
