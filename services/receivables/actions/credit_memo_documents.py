"""Credit memos as PDF."""

from datetime import datetime
from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncSession

from services.receivables.rules.invoice_prints.content import template_data
from services.receivables.rules.invoice_prints.credit_memos import credit_memo_content
from services.receivables.rules.invoice_prints.documents import compose
from services.receivables.store.invoice_prints import credit_memos, documents
from shared.access.grants import Scope
from shared.errors import NotFound
from shared.files.pdf import Drawn, render_pdf

_TEMPLATE = Path(__file__).parent.parent / "documents" / "credit_memo.typ"


async def draw_credit_memo(session: AsyncSession, scope: Scope, credit_id: int, at: datetime) -> Drawn:
    """A credit memo as a PDF for the customer; raises NotFound or DocumentFailed."""
    head = await credit_memos.find(session, scope, credit_id)
    if head is None:
        raise NotFound(f"There is no credit memo {credit_id}.")
    lines = await credit_memos.lines(session, credit_id)
    (invoice,) = compose(await documents.facts(session, [head.invoice_id]))
    logos = await documents.logos(session, [invoice.head.ar_company])
    return await render_pdf(_TEMPLATE, template_data([credit_memo_content(head, lines, invoice)], logos), at)
