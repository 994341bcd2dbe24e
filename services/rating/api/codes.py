"""The codes that keys and charges are made of: listed, entered, changed, retired, imported and exported."""

from types import GenericAlias
from typing import Annotated, Any

from fastapi import Path, Query, Response

from services.rating.actions import codes
from services.rating.errors import CodeTaken, RateTableFaulty
from services.rating.schemas.codes import (
    BillingItemRow,
    BillTypeRow,
    BranchRow,
    CodeRow,
    RegionEntry,
    ServerRow,
    ZoneEntry,
)
from shared.access import declared
from shared.access.grants import Level
from shared.errors import NotFound, VersionMissing, VersionStale
from shared.files.csv import Numbered, read_csv
from shared.http.etag import ExpectedVersion, etag
from shared.http.files import CSV_RESPONSE, CsvBody, table_answer
from shared.http.operation import Router
from shared.http.pages import PageQueryOf
from shared.http.transaction import Transaction
from shared.records.router import declaring
from shared.values.text import Line

VIEW = declared.feature("rating.rate_tables", Level.VIEW)
EDIT = declared.feature("rating.rate_tables", Level.EDIT)
CodeInPath = Annotated[str, Path(max_length=30)]
RetiredOnly = Annotated[bool | None, Query(description="Only the retired ones, or only the others.")]
SearchWord = Annotated[Line | None, Query(description="Part of the code, the name or a ZIP.")]


def code_router(noun: str, table: str, kind: type[Any], several: str) -> Router:
    """The operations of one table of codes; `kind` is a row of it, `several` what people call its rows."""
    router = Router(noun)
    declare = declaring(router)
    key, one = codes.key_of(table), table.replace("_", " ")

    async def read(code: str, session: Transaction, response: Response) -> Any:
        found = await codes.read_code(session, table, code)
        response.headers["etag"] = etag(found.revision)
        return kind.model_validate(found)

    rows_of_kind = GenericAlias(list, (kind,))
    words = f"All {several}, by code; as CSV or XLSX as they are imported."

    @declare("get", "", f"list {several}", words, access=VIEW, response_model=rows_of_kind, responses=CSV_RESPONSE)
    async def list_codes(
        page: PageQueryOf, session: Transaction, search: SearchWord = None, retired: RetiredOnly = None
    ) -> Any:
        rows = [kind.model_validate(row) for row in await codes.list_codes(session, table, search, retired=retired)]
        return rows if page.media_type is None else table_answer(page.media_type, noun, [*kind.model_fields], rows)

    adding = {"status_code": 201, "response_model": kind, "refuses": [CodeTaken, RateTableFaulty]}

    @declare("post", "", f"enter {one}", f"Adds a {one}.", types={"entry": kind}, access=EDIT, **adding)
    async def enter_code(entry: Any, session: Transaction, response: Response) -> Any:
        row = entry.to_row()
        await codes.enter_code(session, table, row)
        return await read(getattr(row, key), session, response)

    words = f"Adds {several}, or gives known ones new values."

    @declare("imports", "/import", f"import {several}", words, access=EDIT)
    async def import_codes(file: CsvBody, session: Transaction) -> int:
        rows = read_csv(file, kind, key=lambda row: getattr(row, key))
        entries = [Numbered(one.line, one.row.to_row()) for one in rows]
        return await codes.import_codes(session, table, entries)

    words = f"One {one}; the ETag is needed to change it."

    @declare("get", "/{code}", f"read {one}", words, access=VIEW, response_model=kind, refuses=[NotFound])
    async def read_code(code: CodeInPath, session: Transaction, response: Response) -> Any:
        return await read(code, session, response)

    changing = {"response_model": kind, "refuses": [NotFound, VersionMissing, VersionStale, RateTableFaulty]}
    words = f"Gives a {one} other values; `retired_on` retires it, null takes it up again."

    @declare("put", "/{code}", f"change {one}", words, types={"entry": kind}, access=EDIT, **changing)
    async def change_code(
        code: CodeInPath, entry: Any, revision: ExpectedVersion, session: Transaction, response: Response
    ) -> Any:
        await codes.change_code(session, table, code, revision, entry.to_row())
        return await read(code, session, response)

    return router


routers = (
    code_router("branches", "branch", BranchRow, "branches"),
    code_router("customer-types", "customer_type", CodeRow, "customer types"),
    code_router("priorities", "priority", CodeRow, "priorities"),
    code_router("job-types", "job_type", CodeRow, "job types"),
    code_router("regions", "region", RegionEntry, "regions"),
    code_router("zones", "zone", ZoneEntry, "zones"),
    code_router("bill-types", "bill_type", BillTypeRow, "bill types"),
    code_router("billing-items", "billing_item", BillingItemRow, "billing items"),
    code_router("servers", "server", ServerRow, "servers"),
)
