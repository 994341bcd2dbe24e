"""Invoices as PDF: one at once, many as a print that is carried on part by part."""

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
class Pressman:
    """Who prints, when and how; `time_zone` is the company's, by which reprints are dated."""

    name: str
    at: datetime
    time_zone: str
    way: str = DOCUMENT


async def print_invoice(session: AsyncSession, scope: Scope, invoice_id: int, by: Pressman) -> tuple[str, bytes]:
    """The number of an invoice and its PDF, noted as printed; raises NotFound."""
    number = await _number_of(session, scope, invoice_id)
    return number, await print_marked(session, await documents.facts(session, [invoice_id]), by)


async def show_invoice(session: AsyncSession, scope: Scope, invoice_id: int, by: Pressman) -> tuple[str, bytes]:
    """The number of an invoice and its PDF to look at, which never passes for the first print; raises NotFound."""
    number = await _number_of(session, scope, invoice_id)
    marks = {invoice_id: PREVIEW, **await _marks(session, [invoice_id], by.time_zone)}
    return number, await _render(session, await documents.facts(session, [invoice_id]), by.at, marks)


async def _number_of(session: AsyncSession, scope: Scope, invoice_id: int) -> str:
    head = await invoices.find_row(session, scope, invoice_id)
    if head is None:
        raise NotFound(f"There is no invoice {invoice_id}.")
    return head.number


async def _marks(session: AsyncSession, invoice_ids: Sequence[int], time_zone: str) -> dict[int, str]:
    """What those of the invoices say of themselves that were printed before."""
    return {
        one.invoice_id: mark_of(local_date(one.first_printed_at, time_zone), as_it_is=one.as_it_is)
        for one in await printings.printed_before(session, invoice_ids)
    }


async def print_marked(session: AsyncSession, facts: DocumentFacts, by: Pressman) -> bytes:
    """The PDF of invoices in which each reprint says that it is one; all are noted as printed."""
    ids = [one.id for one in facts.heads]
    await printings.hold(session, ids)
    marks = await _marks(session, ids, by.time_zone)
    content = await _render(session, facts, by.at, marks)
    await printings.note(session, ids, by.way, by.name, by.at)
    return content


async def list_printings(session: AsyncSession, scope: Scope, invoice_id: int) -> list[Printing]:
    """Every time that an invoice was printed, the first one first; raises NotFound."""
    await _number_of(session, scope, invoice_id)
    return await printings.list_printings(session, invoice_id)


async def require_drawable(logo: bytes, at: datetime) -> None:
    """Raises LogoRefused for a picture that no document can show."""
    if not await can_render(_TEMPLATE, {"logos": {"0": list(logo)}, "invoices": [], "trial": 0}, at):
        raise LogoRefused("The picture cannot be read; save it again as PNG.")


async def begin_print(
    session: AsyncSession, scope: Scope, wanted: PrintSelection, requested_by: str, now: datetime
) -> InvoicePrint:
    """Begins to print the chosen invoices; a job carries it on. Prints of last week are forgotten. Raises NothingToPrint."""
    await prints.remove_old_prints(session, now - timedelta(days=KEPT_DAYS))
    print_id = await prints.begin_print(session, scope, wanted, requested_by, now)
    begun = await prints.find_print(session, print_id, requested_by)
    assert begun is not None
    if begun.invoices == 0:
        raise NothingToPrint("Nothing that you chose is a posted invoice that you may see.")
    return begun


async def read_print(session: AsyncSession, print_id: int, requested_by: str) -> PrintProgress:
    """How far a print is, for whoever asked for it; raises NotFound."""
    found = await prints.find_print(session, print_id, requested_by)
    if found is None:
        raise NotFound(f"You have no print {print_id}; prints are kept for {KEPT_DAYS} days.")
    return PrintProgress(found, await prints.list_files(session, print_id))


async def read_file(session: AsyncSession, print_id: int, requested_by: str, file: int) -> bytes:
    """One PDF of a print; raises NotFound."""
    await read_print(session, print_id, requested_by)
    content = await prints.read_file(session, print_id, file)
    if content is None:
        raise NotFound(f"Print {print_id} has no file {file} yet.")
    return content


async def print_part(session: AsyncSession, time_zone: str) -> bool:
    """Makes the next file of a print; False when nothing is to be printed."""
    part = await prints.take_part(session, INVOICES_PER_FILE)
    if part is None:
        return False
    facts = await documents.facts(session, part.invoice_ids)
    content = await print_marked(session, facts, Pressman(part.requested_by, part.requested_at, time_zone, PRINT))
    await prints.save_part(session, part, facts.heads, content)
    return True


async def _render(session: AsyncSession, facts: DocumentFacts, at: datetime, marks: Mapping[int, str]) -> bytes:
    logos = await documents.logos(session, sorted({one.ar_company for one in facts.heads}))
    data = {
        "logos": {str(number): list(content) for number, content in logos.items()},
        "invoices": [{**_shown(one), "mark": marks.get(one.head.id)} for one in compose(facts)],
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
    return [asdict(one) for one in rows]
