"""The audit lists of a batch, before it is posted and after."""

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
    """Every entry with its lines, old and new values beside each other."""
    found = await rows.read(session, batch.id)
    brought_back = [
        one.header.changes_id for one in found if one.header.changes_id is not None and not one.header.posted
    ]
    return batch_list(found, await posted_transactions.read(session, EVERYTHING, brought_back))


async def read_gl_list(
    session: AsyncSession, batch: Batch, level: GlInterfaceLevel | None, today: date
) -> list[LedgerRow]:
    """What the batch posts to the general ledger, posted or not, at the company's interface level or another."""
    company = await ar_companies.find_company(session, batch.ar_company)
    assert company is not None
    wanted = level or company.gl_interface_level
    done = await posted_transactions.ledger_rows(session, batch.id)
    waiting = [one for one in await rows.read(session, batch.id) if not one.header.posted]
    book = await book_of_batch(session, batch.ar_company, batch.id, waiting, today)
    brought_back = [one.header.changes_id for one in waiting if one.header.changes_id is not None]
    to_come = gl_list(
        book,
        waiting,
        await posted_transactions.read(session, EVERYTHING, brought_back),
        await applied.next_lines(session, touched_invoices(one.header for one in waiting)),
        "line",
    )
    return at_level([*done, *to_come], wanted)
