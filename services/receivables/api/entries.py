"""The entries of a batch over HTTP: headers, lines, miscellaneous distributions, and their forms."""

from collections.abc import Callable
from typing import Annotated, Any

from fastapi import Depends, Path, Query, Request, Response
from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncSession

from services.receivables.actions.entries import desk as actions
from services.receivables.actions.entries import forms as forms_of_entries
from services.receivables.actions.entries import imports, info
from services.receivables.actions.entries.desk import Desk, EntryDraft
from services.receivables.api.batches import CHANGING, EDIT, OPENING, VIEW, LockedBatch, OpenedBatch, find_batch
from services.receivables.errors import EntryFaulty, EntryReadOnly, NotForBatch, TransactionHeld
from services.receivables.rules.entries.entries import EntryFilter, EntryItem
from services.receivables.rules.entries.info import ItemInfo, LineInfo
from services.receivables.schemas.entries.forms import DraftForms, DraftInput, FormsAnswer, FormsInput
from services.receivables.schemas.entries.imports import EntryRow
from services.receivables.schemas.entries.shown import EntryRead
from services.receivables.schemas.entries.typed import (
    EntryInput,
    EntryToSave,
    HeaderInput,
    LineInput,
    MiscInput,
    TransactionToBringBack,
)
from services.receivables.settings import Settings
from shared.audit.changes import HistoryStep
from shared.clock import local_date, now
from shared.errors import ImportRefused, NotFound, VersionMissing, VersionStale
from shared.files.changes import Outcome
from shared.files.csv import read_csv
from shared.http.callers import Caller, CallerOf
from shared.http.etag import ExpectedVersion, Tagged, etag
from shared.http.files import CSV_RESPONSE, CsvBody
from shared.http.operation import Naming, Router
from shared.http.pages import Count, FixedPageQueryOf, Page, PageQueryOf, answer, part_of
from shared.http.transaction import Transaction
from shared.values.numbers import Id
from shared.values.partly import PartlyRead

router = Router("batches")
forms = Router("entry-forms")
Seq = Annotated[int, Path(ge=1, le=2**31 - 1)]
LineInPath = Annotated[int, Path(ge=1, le=2**31 - 1)]
LineInQuery = Annotated[int, Query(ge=1, le=2**31 - 1)]
ENTERING = [*CHANGING, EntryFaulty, EntryReadOnly, TransactionHeld]
EDITING = [*ENTERING, NotFound, VersionMissing, VersionStale]


def editing_desk(batch: LockedBatch, request: Request, caller: CallerOf) -> Desk:
    """The desk for a change: the batch is locked."""
    settings: Settings = request.app.state.settings
    return Desk(batch, caller.scope, caller.name, local_date(now(), settings.time_zone))


def reading_desk(batch: OpenedBatch, request: Request, caller: CallerOf) -> Desk:
    """The desk for reading: the batch is not locked."""
    return editing_desk(batch, request, caller)


def _naming(kind: type[BaseModel], to_draft: Callable[[Any], EntryDraft], inside: str = "") -> Naming:
    """What the body of an entry, or of the part of an entry that is at the pointer `inside`, names."""

    async def find(session: AsyncSession, read: PartlyRead) -> list[tuple[str, str]]:
        found = await actions.find_unknown(session, read.facts, to_draft(read.value))
        return [(pointer.removeprefix(inside), detail) for pointer, detail in found]

    return Naming(kind, find, _desk_in_path)


async def _desk_in_path(request: Request, session: AsyncSession) -> Desk:
    caller: Caller = request.state.caller
    batch = await find_batch(int(request.path_params["batch_id"]), caller, session)
    return reading_desk(batch, request, caller)


OF_ENTRY = _naming(EntryInput, lambda entry: entry.to_entry())
OF_SAVED_ENTRY = _naming(EntryToSave, lambda entry: entry.to_entry())
OF_HEADER = _naming(HeaderInput, lambda header: EntryDraft(header.to_changes()))
OF_LINE = _naming(LineInput, lambda line: EntryDraft({}, [line.to_changes()]), "/lines/0")
OF_MISC = _naming(MiscInput, lambda row: EntryDraft({}, (), [row.to_changes()]), "/misc_distributions/0")
DeskOf = Annotated[Desk, Depends(editing_desk)]
ReadingDeskOf = Annotated[Desk, Depends(reading_desk)]


@router.get(
    "/{batch_id}/entries", access=VIEW, response_model=Page[EntryItem, Count], refuses=OPENING, responses=CSV_RESPONSE
)
async def list_entries(
    batch: OpenedBatch, filters: Annotated[EntryFilter, Query()], page: PageQueryOf, session: Transaction
) -> Page[EntryItem, Count] | Response:
    """The entries of a batch with their totals and findings, without their lines."""
    rows, cursor, count = await actions.list_entries(session, batch.id, filters, page)
    return answer(page, "entries", EntryItem, rows, cursor, Count.of(count))


@router.post("/{batch_id}/entries", access=EDIT, status_code=201, refuses=ENTERING, naming=OF_ENTRY)
async def add_entry(desk: DeskOf, body: EntryInput, response: Tagged, session: Transaction) -> EntryRead:
    """Adds an invoice, adjustment, credit memo or write-off with its lines."""
    seq = await actions.add(session, desk, body.to_entry())
    return await _read(desk, seq, response, session)


@router.imports("/{batch_id}/entries/import", access=EDIT, refuses=[*CHANGING, EntryReadOnly, ImportRefused])
async def import_entries(desk: DeskOf, file: CsvBody, session: Transaction) -> Outcome:
    """Adds the entries in a file that has one row for each line. If any row has an error, nothing is imported."""
    table = await read_csv(file, EntryRow)
    return await imports.import_entries(session, desk, table.mapped(EntryRow.to_row))


@router.post(
    "/{batch_id}/posted-transactions", access=EDIT, status_code=201, refuses=[*ENTERING, NotFound, NotForBatch]
)
async def bring_back_transaction(
    desk: DeskOf, body: TransactionToBringBack, response: Tagged, session: Transaction
) -> EntryRead:
    """Brings a posted transaction back into a batch to be changed or deleted.

    Nobody else can amend its invoice until the batch is posted or the entry is removed.
    """
    seq = await actions.bring_back(session, desk, body.transaction_id, body.action)
    return await _read(desk, seq, response, session)


@router.get("/{batch_id}/entries/{seq}", access=VIEW, refuses=OPENING)
async def read_entry(seq: Seq, desk: ReadingDeskOf, response: Tagged, session: Transaction) -> EntryRead:
    """An entry with its lines and miscellaneous distributions. You need the ETag to change any of them."""
    return await _read(desk, seq, response, session)


@router.put("/{batch_id}/entries/{seq}", access=EDIT, refuses=EDITING, naming=OF_SAVED_ENTRY)
async def replace_entry(
    seq: Seq, desk: DeskOf, body: EntryToSave, revision: ExpectedVersion, response: Tagged, session: Transaction
) -> EntryRead:
    """Replaces an entry as a whole: header, lines and miscellaneous distributions. If anything is wrong, it stays as it is."""
    await actions.replace_entry(session, desk, seq, revision, body.to_entry())
    return await _read(desk, seq, response, session)


@router.patch("/{batch_id}/entries/{seq}", access=EDIT, refuses=EDITING, naming=OF_HEADER)
async def change_entry(
    seq: Seq, desk: DeskOf, body: HeaderInput, revision: ExpectedVersion, response: Tagged, session: Transaction
) -> EntryRead:
    """Changes the header fields that you send. Fields that depend on them get their defaults again."""
    await actions.change(session, desk, seq, revision, body.to_changes())
    return await _read(desk, seq, response, session)


@router.delete("/{batch_id}/entries/{seq}", access=EDIT, status_code=204, refuses=EDITING, response_class=Response)
async def remove_entry(seq: Seq, desk: DeskOf, revision: ExpectedVersion, session: Transaction) -> None:
    """Removes an entry from the batch. A posted transaction that was brought back stays as it is."""
    await actions.remove(session, desk, seq, revision)


@router.post("/{batch_id}/entries/{seq}/lines", access=EDIT, status_code=201, refuses=EDITING, naming=OF_LINE)
async def add_line(
    seq: Seq, desk: DeskOf, body: LineInput, revision: ExpectedVersion, response: Tagged, session: Transaction
) -> EntryRead:
    """Adds a line to an entry."""
    await actions.add_line(session, desk, seq, revision, body.to_changes())
    return await _read(desk, seq, response, session)


@router.patch("/{batch_id}/entries/{seq}/lines/{line}", access=EDIT, refuses=EDITING, naming=OF_LINE)
async def change_line(
    seq: Seq,
    line: LineInPath,
    desk: DeskOf,
    body: LineInput,
    revision: ExpectedVersion,
    response: Tagged,
    session: Transaction,
) -> EntryRead:
    """Changes the fields of a line that you send. Fields that depend on them are calculated again."""
    await actions.change_line(session, desk, seq, line, revision, body.to_changes())
    return await _read(desk, seq, response, session)


@router.delete("/{batch_id}/entries/{seq}/lines/{line}", access=EDIT, refuses=EDITING)
async def remove_line(
    seq: Seq, line: LineInPath, desk: DeskOf, revision: ExpectedVersion, response: Tagged, session: Transaction
) -> EntryRead:
    """Removes a line from an entry."""
    await actions.remove_line(session, desk, seq, line, revision)
    return await _read(desk, seq, response, session)


@router.post(
    "/{batch_id}/entries/{seq}/misc-distributions", access=EDIT, status_code=201, refuses=EDITING, naming=OF_MISC
)
async def add_misc_distribution(
    seq: Seq, desk: DeskOf, body: MiscInput, revision: ExpectedVersion, response: Tagged, session: Transaction
) -> EntryRead:
    """Adds a miscellaneous distribution. It is for reports only and never affects the GL or the balance."""
    await actions.add_misc(session, desk, seq, revision, body.to_changes())
    return await _read(desk, seq, response, session)


@router.patch("/{batch_id}/entries/{seq}/misc-distributions/{row}", access=EDIT, refuses=EDITING, naming=OF_MISC)
async def change_misc_distribution(
    seq: Seq,
    row: LineInPath,
    desk: DeskOf,
    body: MiscInput,
    revision: ExpectedVersion,
    response: Tagged,
    session: Transaction,
) -> EntryRead:
    """Changes the fields of a miscellaneous distribution that you send."""
    await actions.change_misc(session, desk, seq, row, revision, body.to_changes())
    return await _read(desk, seq, response, session)


@router.delete("/{batch_id}/entries/{seq}/misc-distributions/{row}", access=EDIT, refuses=EDITING)
async def remove_misc_distribution(
    seq: Seq, row: LineInPath, desk: DeskOf, revision: ExpectedVersion, response: Tagged, session: Transaction
) -> EntryRead:
    """Removes a miscellaneous distribution from an entry."""
    await actions.remove_misc(session, desk, seq, row, revision)
    return await _read(desk, seq, response, session)


@router.get("/{batch_id}/entries/{seq}/history", access=VIEW, refuses=OPENING)
async def read_entry_history(
    seq: Seq, page: FixedPageQueryOf, desk: ReadingDeskOf, session: Transaction
) -> Page[HistoryStep, Count]:
    """Who did what with the entry and when, newest first."""
    steps, cursor, count = await actions.list_history(session, desk.batch.id, seq, page)
    return Page(items=steps, next_cursor=cursor, totals=Count.of(count))


@router.get("/{batch_id}/entries/{seq}/form", access=VIEW, refuses=OPENING)
async def read_entry_form(
    seq: Seq, desk: ReadingDeskOf, session: Transaction, line: LineInQuery | None = None
) -> FormsAnswer:
    """The form of an entry, and of one of its lines or a new line: which fields are open, and why others are not."""
    return FormsAnswer.of(await forms_of_entries.read_entry_forms(session, desk, seq, line))


@router.post("/{batch_id}/entry-forms", access=VIEW, refuses=OPENING)
async def preview_draft_entry(desk: ReadingDeskOf, body: DraftInput, session: Transaction) -> DraftForms:
    """The forms of an entry of the batch while it is entered or changed, with what looks wrong. Nothing is saved.

    It judges the entry as saving it as a whole would: what a field resets, what lines fix, and which numbers are in use.
    """
    return DraftForms.of(await forms_of_entries.preview_entry(session, desk, body.to_draft()))


@forms.post("", access=VIEW, refuses=[NotFound])
async def preview_entry_form(body: FormsInput, request: Request, caller: CallerOf, session: Transaction) -> FormsAnswer:
    """The form of a new entry and one line of it. Nothing is saved.

    Each field has its default, whether it is open, and the reason if it is not.
    """
    settings: Settings = request.app.state.settings
    today = local_date(now(), settings.time_zone)
    header, line = body.header.to_changes(), body.line.to_changes()
    return FormsAnswer.of(
        await forms_of_entries.preview_forms(session, caller.scope, body.ar_company, today, header, line)
    )


async def _read(desk: Desk, seq: int, response: Tagged, session: Transaction) -> EntryRead:
    entry = await actions.read_entry(session, desk.batch.id, seq)
    response.headers["etag"] = etag(entry.header.revision)
    return EntryRead.of(entry, await actions.warnings_of(session, desk, entry))


info_of_entries = Router("batches")
info_of_invoices = Router("invoices")


@info_of_invoices.get("/{invoice_id}/other-info", access=VIEW, refuses=[NotFound])
async def read_other_info(
    invoice_id: Id, page: FixedPageQueryOf, caller: CallerOf, session: Transaction
) -> Page[LineInfo, Count]:
    """Other Info: the lines of a posted invoice as originally posted, and with everything applied to them."""
    return part_of(await info.read_other_info(session, caller.scope, invoice_id), page)


@info_of_entries.get("/{batch_id}/entries/{seq}/contract-items", access=VIEW, refuses=OPENING)
async def read_contract_item_info(
    seq: Seq, page: FixedPageQueryOf, desk: ReadingDeskOf, session: Transaction
) -> Page[ItemInfo, Count]:
    """Contract Item Info: original, current and billed units and amounts of the items that the entry bills."""
    return part_of(await info.read_contract_items(session, desk, seq), page)
