"""Entries of a batch: typed, changed, removed, with their lines and misc. distributions, and what a form shows beside them."""

from typing import Annotated

from fastapi import Depends, Path, Query, Request, Response

from services.receivables.actions.entries import desk as actions
from services.receivables.actions.entries import imports, info
from services.receivables.actions.entries.desk import Desk
from services.receivables.api.batches import CHANGING, EDIT, OPENING, VIEW, HeldBatch, OpenedBatch
from services.receivables.errors import EntryFaulty, EntryReadOnly, NotForBatch, TransactionHeld
from services.receivables.rules.entries.entries import EntryHead
from services.receivables.rules.entries.info import ItemInfo, LineInfo
from services.receivables.schemas.entries.forms import FormsAnswer, FormsToRead
from services.receivables.schemas.entries.imports import EntryRow
from services.receivables.schemas.entries.shown import EntryRead
from services.receivables.schemas.entries.typed import (
    EntryTyped,
    HeaderTyped,
    LineTyped,
    MiscTyped,
    TransactionToBringBack,
)
from services.receivables.settings import Settings
from shared.clock import local_date, now
from shared.errors import ImportRefused, NotFound, VersionMissing, VersionStale
from shared.files.csv import Numbered, read_csv
from shared.http.etag import ExpectedVersion, etag
from shared.http.files import CSV_RESPONSE, CsvBody
from shared.http.operation import CallerOf, Router
from shared.http.pages import Count, Page, PageQueryOf, answer
from shared.http.transaction import Transaction
from shared.values.numbers import Id

router = Router("batches")
forms = Router("entry-forms")
Seq = Annotated[int, Path(ge=1, le=2**31 - 1)]
LineInPath = Annotated[int, Path(ge=1, le=2**31 - 1)]
LineInQuery = Annotated[int, Query(ge=1, le=2**31 - 1)]
ENTERING = [*CHANGING, EntryFaulty, EntryReadOnly, TransactionHeld]
EDITING = [*ENTERING, NotFound, VersionMissing, VersionStale]


def desk(batch: HeldBatch, request: Request, caller: CallerOf) -> Desk:
    """Where a change is typed: the batch, held."""
    settings: Settings = request.app.state.settings
    return Desk(batch, caller.scope, caller.name, local_date(now(), settings.time_zone))


def reading_desk(batch: OpenedBatch, request: Request, caller: CallerOf) -> Desk:
    """Where an entry is looked at: nobody waits."""
    return desk(batch, request, caller)


DeskOf = Annotated[Desk, Depends(desk)]
ReadingDeskOf = Annotated[Desk, Depends(reading_desk)]


@router.get(
    "/{batch_id}/entries", access=VIEW, response_model=Page[EntryHead, Count], refuses=OPENING, responses=CSV_RESPONSE
)
async def list_entries(
    batch: OpenedBatch, page: PageQueryOf, session: Transaction
) -> Page[EntryHead, Count] | Response:
    """The entries of a batch without their lines."""
    rows, cursor, count = await actions.list_entries(session, batch.id, page)
    return answer(page, "entries", EntryHead, rows, cursor, Count(count=count))


@router.post("/{batch_id}/entries", access=EDIT, status_code=201, refuses=ENTERING)
async def enter_entry(at: DeskOf, typed: EntryTyped, response: Response, session: Transaction) -> EntryRead:
    """Adds an invoice, adjustment, credit memo or write-off, with its lines."""
    seq = await actions.enter(session, at, typed.to_entry())
    return await _read(at, seq, response, session)


@router.imports("/{batch_id}/entries/import", access=EDIT, refuses=[*CHANGING, EntryReadOnly, ImportRefused])
async def import_entries(at: DeskOf, file: CsvBody, session: Transaction) -> int:
    """Adds the entries of a CSV or XLSX file, one row a line: all of them, or none and every faulty place."""
    rows = await read_csv(file, EntryRow)
    numbered = [Numbered(one.line, one.row.to_row()) for one in rows]
    return await imports.import_entries(session, at, numbered)


@router.post(
    "/{batch_id}/posted-transactions", access=EDIT, status_code=201, refuses=[*ENTERING, NotFound, NotForBatch]
)
async def bring_back_transaction(
    at: DeskOf, wanted: TransactionToBringBack, response: Response, session: Transaction
) -> EntryRead:
    """Brings a posted transaction back into a batch, to be changed or deleted; the batch holds it until posted or released."""
    seq = await actions.bring_back(session, at, wanted.transaction_id, wanted.action)
    return await _read(at, seq, response, session)


@router.get("/{batch_id}/entries/{seq}", access=VIEW, refuses=OPENING)
async def read_entry(seq: Seq, at: ReadingDeskOf, response: Response, session: Transaction) -> EntryRead:
    """An entry whole. The ETag is needed to change anything of it."""
    return await _read(at, seq, response, session)


@router.patch("/{batch_id}/entries/{seq}", access=EDIT, refuses=EDITING)
async def change_entry(
    seq: Seq, at: DeskOf, typed: HeaderTyped, revision: ExpectedVersion, response: Response, session: Transaction
) -> EntryRead:
    """Changes the header fields that are sent; those that follow from them take their defaults again."""
    await actions.change(session, at, seq, revision, typed.to_changes())
    return await _read(at, seq, response, session)


@router.delete("/{batch_id}/entries/{seq}", access=EDIT, status_code=204, refuses=EDITING, response_class=Response)
async def remove_entry(seq: Seq, at: DeskOf, revision: ExpectedVersion, session: Transaction) -> None:
    """Deletes an entry; a posted transaction that was brought back is released."""
    await actions.remove(session, at, seq, revision)


@router.post("/{batch_id}/entries/{seq}/lines", access=EDIT, status_code=201, refuses=EDITING)
async def enter_line(
    seq: Seq, at: DeskOf, typed: LineTyped, revision: ExpectedVersion, response: Response, session: Transaction
) -> EntryRead:
    """Adds a line to an entry."""
    await actions.enter_line(session, at, seq, revision, typed.to_changes())
    return await _read(at, seq, response, session)


@router.patch("/{batch_id}/entries/{seq}/lines/{line}", access=EDIT, refuses=EDITING)
async def change_line(
    seq: Seq,
    line: LineInPath,
    at: DeskOf,
    typed: LineTyped,
    revision: ExpectedVersion,
    response: Response,
    session: Transaction,
) -> EntryRead:
    """Changes the fields of a line that are sent; those that follow from them are calculated again."""
    await actions.change_line(session, at, seq, line, revision, typed.to_changes())
    return await _read(at, seq, response, session)


@router.delete("/{batch_id}/entries/{seq}/lines/{line}", access=EDIT, refuses=EDITING)
async def remove_line(
    seq: Seq, line: LineInPath, at: DeskOf, revision: ExpectedVersion, response: Response, session: Transaction
) -> EntryRead:
    """Removes a line."""
    await actions.remove_line(session, at, seq, line, revision)
    return await _read(at, seq, response, session)


@router.post("/{batch_id}/entries/{seq}/misc-distributions", access=EDIT, status_code=201, refuses=EDITING)
async def enter_misc_distribution(
    seq: Seq, at: DeskOf, typed: MiscTyped, revision: ExpectedVersion, response: Response, session: Transaction
) -> EntryRead:
    """Adds a misc. distribution: for reports only, it never touches the GL or the balance."""
    await actions.enter_misc(session, at, seq, revision, typed.to_changes())
    return await _read(at, seq, response, session)


@router.patch("/{batch_id}/entries/{seq}/misc-distributions/{row}", access=EDIT, refuses=EDITING)
async def change_misc_distribution(
    seq: Seq,
    row: LineInPath,
    at: DeskOf,
    typed: MiscTyped,
    revision: ExpectedVersion,
    response: Response,
    session: Transaction,
) -> EntryRead:
    """Changes the fields of a misc. distribution that are sent."""
    await actions.change_misc(session, at, seq, row, revision, typed.to_changes())
    return await _read(at, seq, response, session)


@router.delete("/{batch_id}/entries/{seq}/misc-distributions/{row}", access=EDIT, refuses=EDITING)
async def remove_misc_distribution(
    seq: Seq, row: LineInPath, at: DeskOf, revision: ExpectedVersion, response: Response, session: Transaction
) -> EntryRead:
    """Removes a misc. distribution."""
    await actions.remove_misc(session, at, seq, row, revision)
    return await _read(at, seq, response, session)


@router.get("/{batch_id}/entries/{seq}/form", access=VIEW, refuses=OPENING)
async def read_form_of_entry(
    seq: Seq, at: ReadingDeskOf, session: Transaction, line: LineInQuery | None = None
) -> FormsAnswer:
    """The form of an entry as it stands, with that of one of its lines, or of a new one: what is open, and why not."""
    return FormsAnswer.of(await actions.read_forms_of(session, at, seq, line))


@forms.post("", access=VIEW, refuses=[NotFound])
async def read_form(wanted: FormsToRead, request: Request, caller: CallerOf, session: Transaction) -> FormsAnswer:
    """For each field of a header and a line its default, whether it is open, and the reason when it is not."""
    settings: Settings = request.app.state.settings
    today = local_date(now(), settings.time_zone)
    header, line = wanted.header.to_changes(), wanted.line.to_changes()
    return FormsAnswer.of(await actions.read_forms(session, caller.scope, wanted.ar_company, today, header, line))


async def _read(at: Desk, seq: int, response: Response, session: Transaction) -> EntryRead:
    entry = await actions.read_entry(session, at.batch.id, seq)
    response.headers["etag"] = etag(entry.header.revision)
    return EntryRead.of(entry, await actions.warnings_of(session, at, entry))


info_of_entries = Router("batches")
info_of_invoices = Router("invoices")


@info_of_invoices.get("/{invoice_id}/other-info", access=VIEW, refuses=[NotFound])
async def read_other_info(invoice_id: Id, caller: CallerOf, session: Transaction) -> list[LineInfo]:
    """Other Info: the lines of a posted invoice as they were at first, and in total with everything applied and paid."""
    return await info.read_other_info(session, caller.scope, invoice_id)


@info_of_entries.get("/{batch_id}/entries/{seq}/contract-items", access=VIEW, refuses=OPENING)
async def read_contract_item_info(seq: Seq, at: ReadingDeskOf, session: Transaction) -> list[ItemInfo]:
    """Contract Item Info: original, current and billed units and amounts of the items that the entry bills."""
    return await info.read_contract_items(session, at, seq)
