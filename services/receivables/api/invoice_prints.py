"""Invoices as PDF over HTTP: one at a time, or many as a print whose progress is watched."""

from typing import Annotated, Any

from fastapi import Depends, Request, Response

from services.receivables.actions import credit_memo_documents, invoice_prints
from services.receivables.actions.invoice_prints import PrintContext
from services.receivables.errors import NothingToPrint
from services.receivables.rules.invoice_prints.prints import Printing, PrintProgress, PrintSelection
from services.receivables.schemas.invoice_prints import PrintRead
from services.receivables.settings import Settings
from shared.access import declared
from shared.access.grants import Level
from shared.clock import now
from shared.errors import DocumentFailed, NotFound
from shared.files.pdf import Drawn
from shared.http.callers import CallerOf
from shared.http.files import PDF_RESPONSE, pdf_answer
from shared.http.headers import Located
from shared.http.operation import Router
from shared.http.pages import Count, Page, PageQueryOf
from shared.http.transaction import Transaction
from shared.values.numbers import Id

router = Router("invoice-prints")
single = Router("invoices")
memos = Router("credit-memos")
VIEW = declared.feature("receivables.invoices", Level.VIEW)
_DOCUMENT: dict[str, Any] = {
    "refuses": [NotFound, DocumentFailed],
    "response_class": Response,
    "responses": PDF_RESPONSE,
}


def print_context(request: Request, caller: CallerOf) -> PrintContext:
    """The caller, who prints a single invoice now."""
    settings: Settings = request.app.state.settings
    return PrintContext(caller.name, now(), settings.time_zone)


PrintContextOf = Annotated[PrintContext, Depends(print_context)]


@single.get("/{invoice_id}/document", access=VIEW, **_DOCUMENT)
async def preview_invoice(invoice_id: Id, context: PrintContextOf, caller: CallerOf, session: Transaction) -> Response:
    """The invoice as a PDF to view, with its work orders, its credits and the invoices that it replaces.

    It is marked as a preview, or as a copy if it was printed before. It does not count as printed.
    """
    return pdf_answer(*_named(await invoice_prints.preview_invoice(session, caller.scope, invoice_id, context)))


@single.post("/{invoice_id}/printings", access=VIEW, **_DOCUMENT)
async def print_invoice(invoice_id: Id, context: PrintContextOf, caller: CallerOf, session: Transaction) -> Response:
    """Prints the invoice as the PDF for the customer.

    A reprint is marked as a copy, or as changed since its first printing, with the date of the first printing.
    """
    return pdf_answer(*_named(await invoice_prints.print_invoice(session, caller.scope, invoice_id, context)))


def _named(printed: tuple[str, Drawn]) -> tuple[str, Drawn]:
    number, document = printed
    return f"invoice-{number}", document


@single.get("/{invoice_id}/printings", access=VIEW, refuses=[NotFound])
async def list_printings(
    invoice_id: Id, page: PageQueryOf, caller: CallerOf, session: Transaction
) -> Page[Printing, Count]:
    """Every printing of the invoice: alone, in a print of many, or for an e-mail."""
    found, cursor, count = await invoice_prints.list_printings(session, caller.scope, invoice_id, page)
    return Page(items=found, next_cursor=cursor, totals=Count.of(count))


@memos.get("/{credit_id}/document", access=VIEW, **_DOCUMENT)
async def draw_credit_memo(credit_id: Id, caller: CallerOf, session: Transaction) -> Response:
    """The credit memo as a PDF for the customer: what it credits, why, of which invoice, and what is left to pay."""
    document = await credit_memo_documents.draw_credit_memo(session, caller.scope, credit_id, now())
    return pdf_answer(f"credit-memo-{credit_id}", document)


@router.post("", access=VIEW, status_code=202, refuses=[NothingToPrint])
async def start_invoice_print(
    body: PrintSelection, response: Located, caller: CallerOf, session: Transaction
) -> PrintRead:
    """Starts a print of many invoices. `Location` is where you watch its progress and get its files."""
    started = await invoice_prints.start_print(session, caller.scope, body, caller.name, now())
    response.headers["location"] = f"/v1/invoice-prints/{started.id}"
    return PrintRead.of(PrintProgress(started, (), ()))


@router.get("/{print_id}", access=VIEW, refuses=[NotFound])
async def read_invoice_print(print_id: Id, caller: CallerOf, session: Transaction) -> PrintRead:
    """One of your prints, with its progress, the files that are ready, and the invoices that failed and why."""
    return PrintRead.of(await invoice_prints.read_print(session, print_id, caller.name))


@router.get(
    "/{print_id}/files/{file}", access=VIEW, refuses=[NotFound], response_class=Response, responses=PDF_RESPONSE
)
async def read_invoice_print_file(print_id: Id, file: Id, caller: CallerOf, session: Transaction) -> Response:
    """One PDF of a print. Each invoice in it starts on a new page; those that failed are not in it."""
    return pdf_answer(
        f"invoices-{print_id}-{file}", await invoice_prints.read_file(session, print_id, caller.name, file)
    )


@router.watches("/{print_id}/events", access=VIEW, refuses=[NotFound], finished=lambda state: state.status == "done")
async def watch_invoice_print(print_id: Id, caller: CallerOf, session: Transaction) -> PrintRead:
    """Live progress: an event `progress` for each change, and `done` at the end."""
    return PrintRead.of(await invoice_prints.read_print(session, print_id, caller.name))
