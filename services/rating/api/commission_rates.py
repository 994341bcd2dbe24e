"""Servers' commission rates: listed, entered, changed, imported and exported."""

from datetime import date
from typing import Annotated

from fastapi import Query, Response

from services.rating.actions import commission_rates
from services.rating.errors import CommissionRateFaulty, CommissionRatesOverlap
from services.rating.schemas.commission_rates import CommissionRateBody, CommissionRateRead
from shared.access import declared
from shared.access.grants import Level
from shared.errors import NotFound, VersionMissing, VersionStale
from shared.files.csv import Numbered, read_csv
from shared.http.etag import ExpectedVersion, etag
from shared.http.files import CSV_RESPONSE, CsvBody, table_answer
from shared.http.operation import Router
from shared.http.pages import PageQueryOf
from shared.http.transaction import Transaction
from shared.values.numbers import Id
from shared.values.text import CodeText

router = Router("commission-rates")
VIEW = declared.feature("rating.commissions", Level.VIEW)
EDIT = declared.feature("rating.commissions", Level.EDIT)
SAVING = [CommissionRateFaulty, CommissionRatesOverlap]


@router.get("", access=VIEW, response_model=list[CommissionRateRead], responses=CSV_RESPONSE)
async def list_commission_rates(
    page: PageQueryOf,
    session: Transaction,
    server: CodeText | None = None,
    on: Annotated[date | None, Query(description="Only those in force on this day.")] = None,
) -> list[CommissionRateRead] | Response:
    """Servers' own percentages, by server and date; as CSV or XLSX as they are imported."""
    rows = [CommissionRateRead.model_validate(one) for one in await commission_rates.list_rates(session, server, on)]
    if page.media_type is None:
        return rows
    return table_answer(page.media_type, "commission-rates", [*CommissionRateBody.model_fields], rows)


@router.post("", access=EDIT, status_code=201, refuses=SAVING)
async def enter_commission_rate(
    entry: CommissionRateBody, response: Response, session: Transaction
) -> CommissionRateRead:
    """Adds a percentage of a server."""
    return await _read(session, await commission_rates.enter_rate(session, entry.to_entry()), response)


@router.imports("/import", access=EDIT)
async def import_commission_rates(file: CsvBody, session: Transaction) -> int:
    """Adds percentages of servers: all rows of the file, or none and a list of every faulty place."""
    rows = read_csv(file, CommissionRateBody, key=lambda row: (row.server, row.effective_from))
    entries = [Numbered(one.line, one.row.to_entry()) for one in rows]
    return await commission_rates.import_rates(session, entries)


@router.get("/{rate_id}", access=VIEW, refuses=[NotFound])
async def read_commission_rate(rate_id: Id, response: Response, session: Transaction) -> CommissionRateRead:
    """One percentage; the ETag is needed to change it."""
    return await _read(session, rate_id, response)


@router.put("/{rate_id}", access=EDIT, refuses=[NotFound, VersionMissing, VersionStale, *SAVING])
async def change_commission_rate(
    rate_id: Id, entry: CommissionRateBody, revision: ExpectedVersion, response: Response, session: Transaction
) -> CommissionRateRead:
    """Gives a server's percentage other values; `effective_to` ends it. What was earned with it stays as it is."""
    await commission_rates.change_rate(session, rate_id, revision, entry.to_entry())
    return await _read(session, rate_id, response)


async def _read(session: Transaction, rate_id: int, response: Response) -> CommissionRateRead:
    found = await commission_rates.read_rate(session, rate_id)
    response.headers["etag"] = etag(found.revision)
    return CommissionRateRead.model_validate(found)
