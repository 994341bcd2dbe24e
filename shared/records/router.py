"""Records over HTTP: one declaration gives a table its operations to list, create, read, change, import and export."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from inspect import Parameter, Signature
from typing import Annotated, Any

from fastapi import Depends, Path, Query, Request
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, create_model
from pydantic.fields import FieldInfo
from sqlalchemy.ext.asyncio import AsyncSession

from shared.access.declared import Access
from shared.audit.changes import HistoryStep
from shared.errors import NotFound, VersionMissing, VersionStale
from shared.files.changes import Outcome
from shared.files.csv import read_csv
from shared.http.callers import CallerOf
from shared.http.etag import ExpectedVersion, Tagged, etag
from shared.http.files import CSV_RESPONSE, CsvBody, table_answer
from shared.http.operation import Naming, Router
from shared.http.pages import Count, FixedPageQueryOf, Page, PageQueryOf
from shared.http.transaction import Transaction
from shared.records.keeping import Records
from shared.records.table import RecordTable, sorting_of
from shared.values.columns import Record
from shared.values.dates import CalendarDate
from shared.values.fields import annotation_of, field_names
from shared.values.text import Line

Endpoint = Callable[..., Any]


def declaring(router: Router) -> Callable[..., Callable[[Endpoint], Endpoint]]:
    """Returns a decorator that registers an endpoint with `router` under the given name and description.

    The endpoints are written once for all tables, so they have no name, description or parameter types of their own:
    the types of `entry`, `filters` and `key` differ from table to table.
    """

    def declare(
        method: str, path: str, name: str, words: str, *, types: Mapping[str, Any] | None = None, **options: Any
    ) -> Callable[[Endpoint], Endpoint]:
        def register(endpoint: Endpoint) -> Endpoint:
            endpoint.__name__, endpoint.__doc__ = name.replace(" ", "_").lower(), words
            endpoint.__annotations__.update(types or {})
            registered: Endpoint = getattr(router, method)(path, **options)(endpoint)
            return registered

        return register

    return declare


@dataclass(frozen=True)
class Edge:
    """How a table of records appears in the API.

    `filters` are the fields that its list can be filtered by; `one` and `several` are what people call its rows.
    `in_path` has the parts of the key in the path with their types, if they differ from the record's. `changed` is the
    body of a change, if it has fewer fields than the body that creates a row.
    """

    noun: str
    one: str
    several: str
    view: Access
    edit: Access
    filters: Sequence[str] = ()
    in_path: Mapping[str, Any] = field(default_factory=dict)
    changed: type[Record] | None = None


def _filter_of(table: RecordTable[Any], filters: Sequence[str]) -> type[BaseModel]:
    """The filters of a list: a search, the given fields, and `retired` and `on` if the records have such dates."""
    fields: dict[str, Any] = {}
    if table.searched:
        fields["search"] = (Line | None, Field(default=None, description="Part of a code, number or name."))
    if table.retires:
        words = "True lists only retired records, false only active ones."
        fields["retired"] = (bool | None, Field(default=None, description=words))
    for name in filters:
        info = table.kind.model_fields[name]
        fields[name] = (annotation_of(info) | None, None)
    if table.lasts:
        fields["on"] = (CalendarDate | None, Field(default=None, description="Only records in force on this day."))
    return create_model(f"{table.kind.__name__}Filter", __config__=ConfigDict(extra="ignore"), **fields)


def record_router(edge: Edge, records: Records[Any]) -> Router:
    """The router of one table of records, under `/v1/<noun>`; the key of a row is its path."""
    router = Router(edge.noun)
    declare = declaring(router)
    row, entered = records.table.shown_kind, records.table.entered
    in_path = edge.in_path or {name: _type_of(row.model_fields[name]) for name in records.table.keys}
    path = "".join(f"/{{{name}}}" for name in in_path)
    key_type = Annotated[tuple[Any, ...], Depends(_key_of_path(in_path))]
    refuses = [records.faulty, *records.faulty_fields.values()]

    async def read(key: tuple[Any, ...], caller: CallerOf, session: Transaction, response: Tagged) -> Any:
        found = await records.read(session, caller.scope, key)
        response.headers["etag"] = etag(found.revision)
        return found.row

    filter_type: Any = Annotated[_filter_of(records.table, edge.filters), Query()]
    words = "CSV and XLSX use the import format."
    listed: Any = Page.__class_getitem__((row, Count))
    listing = {"response_model": listed, "responses": CSV_RESPONSE, "sorting": sorting_of(records.table)}

    @declare("get", "", f"list {edge.several}", words, types={"filters": filter_type}, access=edge.view, **listing)
    async def list_records(filters: Any, page: PageQueryOf, caller: CallerOf, session: Transaction) -> Any:
        rows, cursor, count = await records.list(session, caller.scope, filters.model_dump(), page)
        if page.media_type is not None:
            return table_answer(page.media_type, edge.noun, field_names(entered), rows)
        return Page(items=rows, next_cursor=cursor, totals=Count.of(count))

    adding = {
        "naming": Naming(entered, records.find_unknown),
        "status_code": 201,
        "response_model": row,
        "refuses": [records.taken, *refuses],
    }
    words = "The key must be new."

    @declare("post", "", f"create {edge.one}", words, types={"entry": entered}, access=edge.edit, **adding)
    async def create_record(entry: Any, caller: CallerOf, session: Transaction, response: Tagged) -> Any:
        return await read(await records.enter(session, caller.scope, entry), caller, session, response)

    _declare_import(declare, edge, records)
    reading = {"response_model": row, "refuses": [NotFound]}
    words = "The ETag is needed to change it."

    @declare("get", path, f"read {edge.one}", words, types={"key": key_type}, access=edge.view, **reading)
    async def read_record(key: Any, caller: CallerOf, session: Transaction, response: Tagged) -> Any:
        return await read(key, caller, session, response)

    words = "Who did what with it and when, newest first."
    stepping = {"response_model": Page[HistoryStep, Count], "refuses": [NotFound]}

    @declare(
        "get",
        f"{path}/history",
        f"read {edge.one} history",
        words,
        types={"key": key_type},
        access=edge.view,
        **stepping,
    )
    async def read_history(key: Any, page: FixedPageQueryOf, caller: CallerOf, session: Transaction) -> Any:
        steps, cursor, count = await records.list_history(session, caller.scope, key, page)
        return Page(items=steps, next_cursor=cursor, totals=Count.of(count))

    changing = {
        "naming": Naming(edge.changed or entered, records.find_unknown, _row_in_path(records, in_path)),
        "response_model": row,
        "refuses": [NotFound, VersionMissing, VersionStale, *refuses],
    }
    words = "Replaces all values except the key."
    if records.table.retires:
        words += " Setting `retired_on` retires it; null makes it active again."
    types = {"key": key_type, "entry": edge.changed or entered}

    @declare("put", path, f"change {edge.one}", words, types=types, access=edge.edit, **changing)
    async def change_record(
        key: Any, entry: Any, revision: ExpectedVersion, caller: CallerOf, session: Transaction, response: Tagged
    ) -> Any:
        await records.change(session, caller.scope, key, revision, entry)
        return await read(key, caller, session, response)

    return router


def _declare_import(declare: Callable[..., Callable[[Endpoint], Endpoint]], edge: Edge, records: Records[Any]) -> None:
    words = (
        "Adds new rows and updates existing ones, which keep what they have in the columns that the file leaves out. "
        "If any row has an error, nothing is imported."
    )

    @declare("imports", "/import", f"import {edge.several}", words, access=edge.edit)
    async def import_records(file: CsvBody, caller: CallerOf, session: Transaction) -> Outcome:
        table = await read_csv(file, records.table.entered, key=records.table.key_in_file)
        return await records.import_rows(session, caller.scope, table)


def _row_in_path(
    records: Records[Any], in_path: Mapping[str, Any]
) -> Callable[[Request, AsyncSession], Awaitable[Any]]:
    """Returns a function that reads the stored row that the path of a request names, or None."""
    types = {name: TypeAdapter(kind) for name, kind in in_path.items()}

    async def find(request: Request, session: AsyncSession) -> Any:
        key = [kind.validate_python(request.path_params[name]) for name, kind in types.items()]
        found = await records.look_up(session, request.state.caller.scope, key)
        return None if found is None else found.row

    return find


def _type_of(info: FieldInfo) -> Any:
    return Annotated[info.annotation, *info.metadata, Path()]


def _key_of_path(types: Mapping[str, Any]) -> Callable[..., tuple[Any, ...]]:
    """A dependency that takes the parts of a key from the path, each of its type."""

    def key(**parts: Any) -> tuple[Any, ...]:
        return tuple(parts[name] for name in types)

    parameters = [Parameter(name, Parameter.KEYWORD_ONLY, annotation=kind) for name, kind in types.items()]
    vars(key)["__signature__"] = Signature(parameters)
    return key
