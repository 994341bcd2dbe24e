"""Invoices as PDF: one at once; many as a print that is watched and then fetched file by file."""

from typing import Annotated

from fastapi import Depends, Request, Response

from services.receivables.actions import invoice_prints
from services.receivables.actions.invoice_prints import Pressman
from services.receivables.errors import NothingToPrint
from services.receivables.rules.invoice_prints.prints import Printing, PrintProgress, PrintSelection
from services.receivables.schemas.invoice_prints import PrintRead
from services.receivables.settings import Settings
from shared.access import declared
from shared.access.grants import Level
from shared.clock import now
from shared.errors import NotFound
from shared.http.files import PDF_RESPONSE, pdf_answer
from shared.http.operation import CallerOf, Router
from shared.http.transaction import Transaction
from shared.values.numbers import Id

router = Router("invoice-prints")
single = Router("invoices")
VIEW = declared.feature("receivables.invoices", Level.VIEW)


def press(request: Request, caller: CallerOf) -> Pressman:
    """Who prints a single invoice, now."""
    settings: Settings = request.app.state.settings
    return Pressman(caller.name, now(), settings.time_zone)


PressOf = Annotated[Pressman, Depends(press)]


@single.get("/{invoice_id}/document", access=VIEW, refuses=[NotFound], response_class=Response, responses=PDF_RESPONSE)
async def show_invoice(invoice_id: Id, by: PressOf, caller: CallerOf, session: Transaction) -> Response:
    """The invoice as PDF to look at, with the work orders behind its lines, what was credited, and which it replaces.

    It says that it is a preview, or a copy of what was printed before, and does not count as printed.
    """
    return pdf_answer(*_named(await invoice_prints.show_invoice(session, caller.scope, invoice_id, by)))


@single.post(
    "/{invoice_id}/printings", access=VIEW, refuses=[NotFound], response_class=Response, responses=PDF_RESPONSE
)
async def print_invoice(invoice_id: Id, by: PressOf, caller: CallerOf, session: Transaction) -> Response:
    """Prints the invoice: the PDF that goes to the customer.

    Printed again it says that it is a copy, or that the invoice was changed since, and when it was printed first.
    """
    return pdf_answer(*_named(await invoice_prints.print_invoice(session, caller.scope, invoice_id, by)))


def _named(printed: tuple[str, bytes]) -> tuple[str, bytes]:
    number, content = printed
    return f"invoice-{number}", content


@single.get("/{invoice_id}/printings", access=VIEW, refuses=[NotFound])
async def list_printings(invoice_id: Id, caller: CallerOf, session: Transaction) -> list[Printing]:
    """Every time that the invoice was printed: alone, in a print of many, or for an e-mail."""
    return await invoice_prints.list_printings(session, caller.scope, invoice_id)


@router.post("", access=VIEW, status_code=202, refuses=[NothingToPrint])
async def start_invoice_print(
    wanted: PrintSelection, response: Response, caller: CallerOf, session: Transaction
) -> PrintRead:
    """Begins to print invoices. The answer's Location tells where to watch and to fetch the files."""
    begun = await invoice_prints.begin_print(session, caller.scope, wanted, caller.name, now())
    response.headers["location"] = f"/v1/invoice-prints/{begun.id}"
    return PrintRead.of(PrintProgress(begun, ()))


@router.get("/{print_id}", access=VIEW, refuses=[NotFound])
async def read_invoice_print(print_id: Id, caller: CallerOf, session: Transaction) -> PrintRead:
    """A print that you asked for, how far it is, and the files that are ready."""
    return PrintRead.of(await invoice_prints.read_print(session, print_id, caller.name))


@router.get(
    "/{print_id}/files/{file}", access=VIEW, refuses=[NotFound], response_class=Response, responses=PDF_RESPONSE
)
async def read_invoice_print_file(print_id: Id, file: Id, caller: CallerOf, session: Transaction) -> Response:
    """One PDF of a print; each invoice in it begins on a page of its own."""
    return pdf_answer(
        f"invoices-{print_id}-{file}", await invoice_prints.read_file(session, print_id, caller.name, file)
    )


@router.watches("/{print_id}/events", access=VIEW, refuses=[NotFound], finished=lambda state: state.status == "done")
async def watch_invoice_print(print_id: Id, caller: CallerOf, session: Transaction) -> PrintRead:
    """Live progress: an event `progress` for each change, `done` at the end."""
    return PrintRead.of(await invoice_prints.read_print(session, print_id, caller.name))
