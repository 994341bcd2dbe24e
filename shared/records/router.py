"""Owns the operations of records over HTTP: one declaration gives a table its list, entry, change, import and export."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from inspect import Parameter, Signature
from typing import Annotated, Any, ClassVar

from fastapi import Depends, Path, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from shared.access.declared import Access
from shared.errors import NotFound, RecordFaulty, RecordTaken, VersionMissing, VersionStale
from shared.files.csv import Numbered, read_csv
from shared.http.etag import ExpectedVersion, etag
from shared.http.files import CSV_RESPONSE, CsvBody, table_answer
from shared.http.operation import CallerOf, Router
from shared.http.pages import Count, Page, PageQueryOf
from shared.http.transaction import Transaction
from shared.records.keeping import Records
from shared.values.text import Line

Endpoint = Callable[..., Any]


class RecordRow(BaseModel):
    """A record as it is entered and read: one JSON object, or one row of a table with these columns."""

    model_config = ConfigDict(extra="forbid", from_attributes=True)

    kind: ClassVar[type[Any]]
    """The dataclass that rules know, with the same fields."""

    def to_row(self) -> Any:
        return self.kind(**self.model_dump())


class RecordQuery(BaseModel):
    """The filters of a list of records; each table adds columns of its own."""

    model_config = ConfigDict(extra="ignore")

    search: Line | None = Field(default=None, description="Part of a code, number or name.")


class RetiringQuery(RecordQuery):
    retired: bool | None = Field(default=None, description="Only the retired ones, or only the others.")


def declaring(router: Router) -> Callable[..., Callable[[Endpoint], Endpoint]]:
    """Registers endpoints of `router`, each under a name and with words of its own: made for many tables, they have none.

    Parameters whose types differ from table to table (`entry`, `wanted`, `key`) are given theirs here as well.
    """

    def declare(
        method: str, path: str, name: str, words: str, *, types: Mapping[str, Any] | None = None, **options: Any
    ) -> Callable[[Endpoint], Endpoint]:
        def register(endpoint: Endpoint) -> Endpoint:
            endpoint.__name__, endpoint.__doc__ = name.replace(" ", "_"), words
            endpoint.__annotations__.update(types or {})
            registered: Endpoint = getattr(router, method)(path, **options)(endpoint)
            return registered

        return register

    return declare


@dataclass(frozen=True)
class Edge:
    """How a table of records is reached: `row` is a row on the wire, whose `to_row` gives the row as rules know it,
    `query` the filters of its list; `one` and `several` are what people call its rows.
    """

    noun: str
    row: type[RecordRow]
    query: type[RecordQuery]
    one: str
    several: str
    view: Access
    edit: Access


def record_router(edge: Edge, records: Records[Any]) -> Router:
    """The operations of one table of records, under `/v1/<noun>`; the path of a row is its key."""
    router = Router(edge.noun)
    declare = declaring(router)
    keys = records.table.keys
    path = "".join(f"/{{{name}}}" for name in keys)
    key_type = Annotated[tuple[Any, ...], Depends(_key_of_path({name: edge.row.model_fields[name] for name in keys}))]

    async def read(key: tuple[Any, ...], caller: CallerOf, session: Transaction, response: Response) -> Any:
        found = await records.read(session, caller.scope, key)
        response.headers["etag"] = etag(found.revision)
        return edge.row.model_validate(found)

    wanted_type: Any = Annotated[edge.query, Query()]
    words = f"All {edge.several} that fit; as CSV or XLSX as they are imported."
    page_type: Any = Page.__class_getitem__((edge.row, Count))
    listing = {"response_model": page_type, "responses": CSV_RESPONSE}

    @declare("get", "", f"list {edge.several}", words, types={"wanted": wanted_type}, access=edge.view, **listing)
    async def list_records(wanted: Any, page: PageQueryOf, caller: CallerOf, session: Transaction) -> Any:
        rows, cursor, count = await records.list(session, caller.scope, wanted.model_dump(), page)
        items = [edge.row.model_validate(row) for row in rows]
        if page.media_type is not None:
            return table_answer(page.media_type, edge.noun, [*edge.row.model_fields], items)
        return Page(items=items, next_cursor=cursor, totals=Count(count=count))

    adding = {"status_code": 201, "response_model": edge.row, "refuses": [RecordTaken, RecordFaulty]}

    @declare(
        "post", "", f"enter {edge.one}", f"Adds a {edge.one}.", types={"entry": edge.row}, access=edge.edit, **adding
    )
    async def enter_record(entry: Any, caller: CallerOf, session: Transaction, response: Response) -> Any:
        row = entry.to_row()
        await records.enter(session, caller.scope, row)
        return await read(records.table.key_of(row), caller, session, response)

    _declare_import(declare, edge, records)
    reading = {"response_model": edge.row, "refuses": [NotFound]}
    words = f"One {edge.one}; the ETag is needed to change it."

    @declare("get", path, f"read {edge.one}", words, types={"key": key_type}, access=edge.view, **reading)
    async def read_record(key: Any, caller: CallerOf, session: Transaction, response: Response) -> Any:
        return await read(key, caller, session, response)

    changing = {"response_model": edge.row, "refuses": [NotFound, VersionMissing, VersionStale, RecordFaulty]}
    words = f"Gives a {edge.one} other values; its key stays."
    if records.table.retires:
        words += " `retired_on` retires it, null takes it up again."
    types = {"key": key_type, "entry": edge.row}

    @declare("put", path, f"change {edge.one}", words, types=types, access=edge.edit, **changing)
    async def change_record(
        key: Any, entry: Any, revision: ExpectedVersion, caller: CallerOf, session: Transaction, response: Response
    ) -> Any:
        await records.change(session, caller.scope, key, revision, entry.to_row())
        return await read(key, caller, session, response)

    return router


def _declare_import(declare: Callable[..., Callable[[Endpoint], Endpoint]], edge: Edge, records: Records[Any]) -> None:
    words = f"Adds {edge.several}, or gives known ones new values: all of them, or none and every faulty place."

    @declare("imports", "/import", f"import {edge.several}", words, access=edge.edit)
    async def import_records(file: CsvBody, caller: CallerOf, session: Transaction) -> int:
        rows = read_csv(file, edge.row, key=lambda row: tuple(getattr(row, name) for name in records.table.keys))
        entries = [Numbered(one.line, one.row.to_row()) for one in rows]
        return await records.import_rows(session, caller.scope, entries)


def _key_of_path(fields: Mapping[str, Any]) -> Callable[..., tuple[Any, ...]]:
    """A dependency that takes the parts of a key from the path, each of the type that the row gives it."""

    def key(**parts: Any) -> tuple[Any, ...]:
        return tuple(parts[name] for name in fields)

    parameters = [
        Parameter(
            name,
            Parameter.KEYWORD_ONLY,
            annotation=Annotated[info.annotation, *info.metadata, Path()],
        )
        for name, info in fields.items()
    ]
    vars(key)["__signature__"] = Signature(parameters)
    return key
