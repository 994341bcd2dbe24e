"""The history of a posted invoice, gathered from its postings, printings and e-mails."""

from sqlalchemy.ext.asyncio import AsyncSession

from shared.audit import history
from shared.audit.changes import HistoryStep
from shared.database.pages import PageQuery

# What is open is kept by the order of posting: the sum of the transactions up to this one.
_STEPS = """
    SELECT p.posted_at AS at, p.posted_by AS by,
           CASE WHEN p.id = :invoice_id THEN 'posted' WHEN p.action = 'delete' THEN 'deleted'
                WHEN p.action = 'change' THEN 'changed'
                ELSE CASE p.type WHEN 'credit_memo' THEN 'credited' WHEN 'write_off' THEN 'written_off'
                                 ELSE 'adjusted' END END AS action,
           jsonb_build_array(jsonb_build_object(
               'field', 'open', 'from', CASE WHEN p.id <> :invoice_id THEN CAST(p.open - p.total AS text) END,
               'to', CAST(p.open AS text))) AS changes,
           p.reason AS note, '/api/v1/receivables/batches/' || p.batch_id AS link, 0 AS rank, p.id AS seq
    FROM (SELECT t.*, sum(t.total) OVER (ORDER BY t.id) AS open
          FROM ar_transaction t WHERE t.id = :invoice_id OR t.applies_to_id = :invoice_id) AS p
    UNION ALL
    SELECT r.printed_at, r.printed_by, 'printed', '[]', r.way, NULL, 1, r.printing
    FROM invoice_printing r WHERE r.invoice_id = :invoice_id
    UNION ALL
    SELECT e.sent_at, e.requested_by, 'emailed', '[]', e.recipient, NULL, 2, e.id
    FROM invoice_email e WHERE e.invoice_id = :invoice_id AND e.sent_at IS NOT NULL
"""


async def list_steps(
    session: AsyncSession, invoice_id: int, query: PageQuery
) -> tuple[list[HistoryStep], str | None, int | None]:
    """One page of what happened to the invoice, newest first, the cursor of the next page, and the number of steps."""
    return await history.list_gathered(session, _STEPS, query, invoice_id=invoice_id)
