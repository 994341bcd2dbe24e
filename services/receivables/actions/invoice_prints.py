"""Invoices as PDF: one at a time, or many as a print that a job continues part by part."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncSession

from services.receivables.errors import LogoRefused, NothingToPrint
from services.receivables.rules.invoice_prints.content import content_of, template_data
from services.receivables.rules.invoice_prints.documents import DocumentFacts, compose
from services.receivables.rules.invoice_prints.prints import (
    DOCUMENT,
    INVOICES_PER_FILE,
    KEPT_DAYS,
    PREVIEW,
    PRINT,
    InvoicePrint,
    Printing,
    PrintProgress,
    PrintSelection,
    mark_of,
    next_try,
)
from services.receivables.store import invoice_templates, invoices
from services.receivables.store.invoice_prints import documents, printings, prints
from services.receivables.store.invoice_prints.prints import NextPart
from shared.access.grants import Scope
from shared.clock import local_date
from shared.database.failures import is_passing
from shared.database.pages import PageQuery
from shared.errors import DocumentFailed, NotFound
from shared.files.pdf import Drawn, find_faulty, render_pdf
from shared.values.text import storable

log = logging.getLogger(__name__)
_MAX_REASON_LENGTH = 500
_TEMPLATE = Path(__file__).parent.parent / "documents" / "invoice.typ"


@dataclass(frozen=True)
class PrintContext:
    """Who prints, when and how. Dates on reprints are in the company's `time_zone`."""

    name: str
    at: datetime
    time_zone: str
    way: str = DOCUMENT


async def print_invoice(
    session: AsyncSession, scope: Scope, invoice_id: int, context: PrintContext
) -> tuple[str, Drawn]:
    """Prints an invoice and records the printing; returns its number and the PDF. Raises NotFound, DocumentFailed."""
    number = await _number_of(session, scope, invoice_id)
    return number, await print_marked(session, await documents.facts(session, [invoice_id]), context)


async def preview_invoice(
    session: AsyncSession, scope: Scope, invoice_id: int, context: PrintContext
) -> tuple[str, Drawn]:
    """The number of an invoice and a PDF to view, which is always marked as a preview or a copy.

    Raises NotFound, DocumentFailed.
    """
    number = await _number_of(session, scope, invoice_id)
    marks = {invoice_id: PREVIEW, **await _marks(session, [invoice_id], context.time_zone)}
    facts = await documents.facts(session, [invoice_id])
    data = await _content(session, facts, marks)
    return number, await render_pdf(await _template(session, facts), data, context.at)


async def _number_of(session: AsyncSession, scope: Scope, invoice_id: int) -> str:
    head = await invoices.find_row(session, scope, invoice_id)
    if head is None:
        raise NotFound(f"There is no invoice {invoice_id}.")
    return head.number


async def _marks(session: AsyncSession, invoice_ids: Sequence[int], time_zone: str) -> dict[int, str]:
    """The marks of the invoices that were printed before, by invoice id."""
    return {
        printed.invoice_id: mark_of(local_date(printed.first_printed_at, time_zone), unchanged=printed.unchanged)
        for printed in await printings.printed_before(session, invoice_ids)
    }


async def print_marked(session: AsyncSession, facts: DocumentFacts, context: PrintContext) -> Drawn:
    """Prints invoices as one PDF in which reprints are marked, and records the printings. Raises DocumentFailed."""
    ids = [head.id for head in facts.heads]
    await printings.hold(session, ids)
    marks = await _marks(session, ids, context.time_zone)
    data = await _content(session, facts, marks)
    document = await render_pdf(await _template(session, facts), data, context.at)
    await printings.record(session, ids, context.way, context.name, context.at)
    return document


async def list_printings(
    session: AsyncSession, scope: Scope, invoice_id: int, query: PageQuery
) -> tuple[list[Printing], str | None, int | None]:
    """One page of the printings of an invoice, oldest first, the next cursor, and their number; raises NotFound."""
    await _number_of(session, scope, invoice_id)
    return await printings.list_printings(session, invoice_id, query)


async def require_drawable(logo: bytes, at: datetime) -> None:
    """Raises LogoRefused if documents cannot show the picture."""
    try:
        await render_pdf(_TEMPLATE, {"logos": {"0": list(logo)}, "invoices": [], "trial": 0}, at)
    except DocumentFailed as error:
        raise LogoRefused("The picture is damaged and cannot be read. Save it as a PNG again.") from error


async def start_print(
    session: AsyncSession, scope: Scope, selection: PrintSelection, requested_by: str, now: datetime
) -> InvoicePrint:
    """Starts a print of the chosen invoices, which a job continues. Raises NothingToPrint."""
    print_id = await prints.start_print(session, scope, selection, requested_by, now)
    started = await prints.find_print(session, print_id, requested_by)
    assert started is not None
    if started.invoices == 0:
        raise NothingToPrint("You chose no posted invoice that you may see.")
    return started


async def delete_old_prints(session: AsyncSession, now: datetime, limit: int) -> int:
    """Deletes at most `limit` prints that are older than a week, with their files, and returns how many."""
    return await prints.delete_old_prints(session, now - timedelta(days=KEPT_DAYS), limit)


async def read_print(session: AsyncSession, print_id: int, requested_by: str) -> PrintProgress:
    """The progress of a print of this requester; raises NotFound."""
    found = await prints.find_print(session, print_id, requested_by)
    if found is None:
        raise NotFound(f"You have no print {print_id}. Prints are kept for {KEPT_DAYS} days.")
    files = await prints.list_files(session, print_id)
    return PrintProgress(found, files, await prints.list_failures(session, print_id) if found.failed else [])


async def read_file(session: AsyncSession, print_id: int, requested_by: str, file: int) -> Drawn:
    """One PDF of a print; raises NotFound."""
    await read_print(session, print_id, requested_by)
    content = await prints.read_file(session, print_id, file)
    if content is None:
        raise NotFound(f"Print {print_id} has no file {file} yet.")
    return content


async def print_part(session: AsyncSession, time_zone: str, now: datetime) -> bool:
    """Prints the next file of a print that is due. Returns False if there is nothing to print.

    An invoice that cannot be drawn fails alone. If it is unclear which one, or whether another try helps, the print
    continues later with fewer invoices, after all other prints.
    """
    part = await prints.take_part(session, INVOICES_PER_FILE, now)
    if part is None:
        return False
    context = PrintContext(part.requested_by, part.requested_at, time_zone, PRINT)
    try:
        async with session.begin_nested():
            facts = await documents.facts(session, part.invoice_ids)
            document = await print_marked(session, facts, context)
            await prints.save_part(session, part, facts.heads, document, now)
    except Exception as error:
        if is_passing(error):
            raise
        log.warning(
            "a part of print %s failed: %s", part.print_id, error, exc_info=not isinstance(error, DocumentFailed)
        )
        await _set_back(session, part, error, now)
    return True


async def _set_back(session: AsyncSession, part: NextPart, error: Exception, now: datetime) -> None:
    """Fails the invoices that cannot be drawn, or says how the print continues to find them."""
    certain = isinstance(error, DocumentFailed) and not error.passing
    reasons: dict[int, str] = {}
    following = next_try(len(part.invoice_ids), part.tries, now)
    if len(part.invoice_ids) == 1:
        if certain or following is None:
            reasons = {part.invoice_ids[0]: _reason(error, part.tries + 1)}
    elif certain:
        reasons = await _undrawable(session, part)
    if reasons:
        await prints.fail_invoices(session, part.print_id, reasons, now)
    elif following is not None:
        await prints.try_again(session, part.print_id, following)


def _reason(error: Exception, tries: int) -> str:
    detail = error.detail if isinstance(error, DocumentFailed) else f"It failed unexpectedly: {type(error).__name__}."
    return storable(detail if tries == 1 else f"Given up after {tries} tries. {detail}", _MAX_REASON_LENGTH)


async def _undrawable(session: AsyncSession, part: NextPart) -> dict[int, str]:
    """Which invoices of a part cannot be drawn alone, and why, by invoice id; empty if that is unknown."""
    facts = await documents.facts(session, part.invoice_ids)
    data = await _content(session, facts, {})
    try:
        faulty = await find_faulty(await _template(session, facts), data, "invoices", part.requested_at)
    except DocumentFailed:
        return {}
    return {facts.heads[index].id: storable(reason, _MAX_REASON_LENGTH) for index, reason in faulty.items()}


async def _template(session: AsyncSession, facts: DocumentFacts) -> Path | str:
    """What draws these invoices of one company: the company's own template, or the usual one."""
    own = await invoice_templates.find(session, facts.heads[0].ar_company, None) if facts.heads else None
    return _TEMPLATE if own is None else own


async def _content(session: AsyncSession, facts: DocumentFacts, marks: Mapping[int, str]) -> Mapping[str, object]:
    """What the template reads."""
    logos = await documents.logos(session, sorted({head.ar_company for head in facts.heads}))
    invoices = [content_of(document, marks.get(document.head.id)) for document in compose(facts)]
    return template_data(invoices, logos)
