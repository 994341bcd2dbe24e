"""The audit lists of a batch, before and after posting."""

from datetime import date

from sqlalchemy.ext.asyncio import AsyncSession

from services.receivables.actions.book import book_of_batch
from services.receivables.records.ar_companies import GlInterfaceLevel
from services.receivables.rules.audit_lists import BatchListRow, batch_list, gl_list
from services.receivables.rules.batches import Batch
from services.receivables.rules.distributions import LedgerRow, at_level
from services.receivables.rules.entries.book import touched_invoices
from services.receivables.store import applied, ar_companies, posted_transactions
from services.receivables.store.entries import rows
from shared.access.grants import EVERYTHING


async def read_batch_list(session: AsyncSession, batch: Batch) -> list[BatchListRow]:
    """Every entry with its lines, old values beside new ones."""
    entries = await rows.read(session, batch.id)
    headers = [entry.header for entry in entries]
    brought_back = [header.changes_id for header in headers if header.changes_id is not None and not header.posted]
    return batch_list(entries, await posted_transactions.read(session, EVERYTHING, brought_back))


async def read_gl_list(
    session: AsyncSession, batch: Batch, level: GlInterfaceLevel | None, today: date
) -> list[LedgerRow]:
    """The GL rows of a batch, posted or not, at this level or else at the company's interface level."""
    company = await ar_companies.find_company(session, batch.ar_company)
    assert company is not None
    posted = await posted_transactions.ledger_rows(session, batch.id)
    waiting = [entry for entry in await rows.read(session, batch.id) if not entry.header.posted]
    book = await book_of_batch(session, batch.ar_company, batch.id, waiting, today)
    brought_back = [entry.header.changes_id for entry in waiting if entry.header.changes_id is not None]
    expected = gl_list(
        book,
        waiting,
        await posted_transactions.read(session, EVERYTHING, brought_back),
        await applied.next_lines(session, touched_invoices(entry.header for entry in waiting)),
        "line",
    )
    return at_level([*posted, *expected], level or company.gl_interface_level)
