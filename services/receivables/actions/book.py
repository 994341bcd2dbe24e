"""The book of a company: what entries are filled, validated and posted by, read in one go."""

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
    """What is known of the company, and of the customers, contracts and posted invoices that are named.

    Customers follow from contracts and invoices, contracts from invoices. `own` is the (batch, seq) of the entry at hand
    and `without` the posted transaction that it changes: what they have applied does not count.
    """
    company = await ar_companies.find_company(session, ar_company)
    if company is None:
        raise NotFound(f"There is no AR company {ar_company}.")
    found = await applied.invoices(session, scope, invoices, own=own)
    batch_id, seq = own or (None, None)
    lines = await applied.lines(session, found, batch_id=batch_id, seqs=None if seq is None else [seq], without=without)
    numbers = {*contracts, *(one.contract for one in found.values() if one.contract is not None)}
    known_contracts, items = await facts.contracts(session, ar_company, numbers)
    named = {*customers, *(one.customer for one in found.values()), *(one.customer for one in known_contracts.values())}
    return Book(
        company=company,
        codes=await facts.codes(session, company),
        today=today,
        customers=await facts.customers(session, scope, ar_company, named),
        contracts=known_contracts,
        items=items,
        invoices=found,
        lines=lines,
    )


async def book_of_batch(
    session: AsyncSession, ar_company: int, batch_id: int, entries: Sequence[Entry], today: date
) -> Book:
    """The book for all entries of a batch; what they themselves have applied is left out."""
    company = await ar_companies.find_company(session, ar_company)
    assert company is not None
    ids = touched_invoices(one.header for one in entries)
    found = await applied.invoices(session, EVERYTHING, ids)
    changed = [one.header.changes_id for one in entries if one.header.changes_id is not None]
    contracts, items = await facts.contracts(
        session, ar_company, {one.header.contract for one in entries if one.header.contract is not None}
    )
    return Book(
        company=company,
        codes=await facts.codes(session, company),
        today=today,
        customers=await facts.customers(session, EVERYTHING, ar_company, {one.header.customer for one in entries}),
        contracts=contracts,
        items=items,
        invoices=found,
        lines=await applied.lines(session, found, batch_id=batch_id, without=changed),
    )
