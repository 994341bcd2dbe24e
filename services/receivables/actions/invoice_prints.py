"""Invoices as PDF: one at a time, or many as a print that a job continues part by part."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from services.receivables.errors import LogoRefused, NothingToPrint
from services.receivables.rules.invoice_prints.documents import DocumentFacts, InvoiceDocument, compose
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
)
from services.receivables.store import invoices
from services.receivables.store.invoice_prints import documents, printings, prints
from shared.access.grants import Scope
from shared.clock import local_date
from shared.errors import NotFound
from shared.files.pdf import can_render, render_pdf

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
) -> tuple[str, bytes]:
    """Prints an invoice and records the printing; returns its number and the PDF. Raises NotFound."""
    number = await _number_of(session, scope, invoice_id)
    return number, await print_marked(session, await documents.facts(session, [invoice_id]), context)


async def preview_invoice(
    session: AsyncSession, scope: Scope, invoice_id: int, context: PrintContext
) -> tuple[str, bytes]:
    """The number of an invoice and a PDF to view, which is always marked as a preview or a copy. Raises NotFound."""
    number = await _number_of(session, scope, invoice_id)
    marks = {invoice_id: PREVIEW, **await _marks(session, [invoice_id], context.time_zone)}
    return number, await _render(session, await documents.facts(session, [invoice_id]), context.at, marks)


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


async def print_marked(session: AsyncSession, facts: DocumentFacts, context: PrintContext) -> bytes:
    """Prints invoices as one PDF in which reprints are marked, and records the printings."""
    ids = [head.id for head in facts.heads]
    await printings.hold(session, ids)
    marks = await _marks(session, ids, context.time_zone)
    content = await _render(session, facts, context.at, marks)
    await printings.record(session, ids, context.way, context.name, context.at)
    return content


async def list_printings(session: AsyncSession, scope: Scope, invoice_id: int) -> list[Printing]:
    """Every printing of an invoice, oldest first; raises NotFound."""
    await _number_of(session, scope, invoice_id)
    return await printings.list_printings(session, invoice_id)


async def require_drawable(logo: bytes, at: datetime) -> None:
    """Raises LogoRefused if documents cannot show the picture."""
    if not await can_render(_TEMPLATE, {"logos": {"0": list(logo)}, "invoices": [], "trial": 0}, at):
        raise LogoRefused("The picture is damaged and cannot be read. Save it as a PNG again.")


async def start_print(
    session: AsyncSession, scope: Scope, selection: PrintSelection, requested_by: str, now: datetime
) -> InvoicePrint:
    """Starts a print of the chosen invoices, which a job continues. Raises NothingToPrint.

    Also deletes prints that are older than a week.
    """
    await prints.remove_old_prints(session, now - timedelta(days=KEPT_DAYS))
    print_id = await prints.start_print(session, scope, selection, requested_by, now)
    started = await prints.find_print(session, print_id, requested_by)
    assert started is not None
    if started.invoices == 0:
        raise NothingToPrint("You chose no posted invoice that you may see.")
    return started


async def read_print(session: AsyncSession, print_id: int, requested_by: str) -> PrintProgress:
    """The progress of a print of this requester; raises NotFound."""
    found = await prints.find_print(session, print_id, requested_by)
    if found is None:
        raise NotFound(f"You have no print {print_id}. Prints are kept for {KEPT_DAYS} days.")
    return PrintProgress(found, await prints.list_files(session, print_id))


async def read_file(session: AsyncSession, print_id: int, requested_by: str, file: int) -> bytes:
    """One PDF of a print; raises NotFound."""
    await read_print(session, print_id, requested_by)
    content = await prints.read_file(session, print_id, file)
    if content is None:
        raise NotFound(f"Print {print_id} has no file {file} yet.")
    return content


async def print_part(session: AsyncSession, time_zone: str) -> bool:
    """Prints the next file of a print. Returns False if there is nothing to print."""
    part = await prints.take_part(session, INVOICES_PER_FILE)
    if part is None:
        return False
    facts = await documents.facts(session, part.invoice_ids)
    context = PrintContext(part.requested_by, part.requested_at, time_zone, PRINT)
    content = await print_marked(session, facts, context)
    await prints.save_part(session, part, facts.heads, content)
    return True


async def _render(session: AsyncSession, facts: DocumentFacts, at: datetime, marks: Mapping[int, str]) -> bytes:
    logos = await documents.logos(session, sorted({head.ar_company for head in facts.heads}))
    data = {
        "logos": {str(number): list(content) for number, content in logos.items()},
        "invoices": [{**_shown(document), "mark": marks.get(document.head.id)} for document in compose(facts)],
    }
    return await render_pdf(_TEMPLATE, data, at)


def _shown(document: InvoiceDocument) -> Mapping[str, Any]:
    """The document as the template reads it."""
    return {
        "head": asdict(document.head),
        "orders": [
            {
                "number": order.number,
                "net": order.net,
                "lines": [{**asdict(line), "net": line.amount - line.tax} for line in order.lines],
            }
            for order in document.orders
        ],
        "taxes": _rows(document.taxes),
        "amendments": _rows(document.amendments),
        "replaces": list(document.replaces),
        "retainage": document.retainage,
        "discount": document.discount,
        "due": document.due,
    }


def _rows(rows: Sequence[Any]) -> list[Mapping[str, Any]]:
    return [asdict(row) for row in rows]
