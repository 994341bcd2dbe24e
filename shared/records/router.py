"""Records over HTTP: one declaration gives a table its operations to list, create, read, change, import and export."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from inspect import Parameter, Signature
from typing import Annotated, Any

from fastapi import Depends, Path, Query, Response
from pydantic import BaseModel, ConfigDict, Field, create_model

from shared.access.declared import Access
from shared.errors import NotFound, RecordFaulty, RecordTaken, VersionMissing, VersionStale
from shared.files.csv import read_csv
from shared.http.etag import ExpectedVersion, etag
from shared.http.files import CSV_RESPONSE, CsvBody
from shared.http.operation import CallerOf, Router
from shared.http.pages import Count, Page, PageQueryOf, answer
from shared.http.transaction import Transaction
from shared.records.keeping import Records
from shared.values.columns import Record
from shared.values.fields import annotation_of
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
    """How a table of records appears in the API. `filters` are the fields that its list can be filtered by; `one` and
    `several` are what people call its rows.
    """

    noun: str
    one: str
    several: str
    view: Access
    edit: Access
    filters: Sequence[str] = ()


def _filter_of(row: type[Record], filters: Sequence[str]) -> type[BaseModel]:
    """The filters of a list of records: a search, the given fields, and `retired` if records can be retired."""
    fields: dict[str, Any] = {
        "search": (Line | None, Field(default=None, description="Part of a code, number or name."))
    }
    if "retired_on" in row.model_fields:
        words = "True lists only retired records, false only active ones."
        fields["retired"] = (bool | None, Field(default=None, description=words))
    for name in filters:
        info = row.model_fields[name]
        fields[name] = (annotation_of(info) | None, None)
    return create_model(f"{row.__name__}Filter", __config__=ConfigDict(extra="ignore"), **fields)


def record_router(edge: Edge, records: Records[Any]) -> Router:
    """The router of one table of records, under `/v1/<noun>`; the key of a row is its path."""
    router = Router(edge.noun)
    declare = declaring(router)
    row, keys = records.table.kind, records.table.keys
    path = "".join(f"/{{{name}}}" for name in keys)
    key_type = Annotated[tuple[Any, ...], Depends(_key_of_path({name: row.model_fields[name] for name in keys}))]

    async def read(key: tuple[Any, ...], caller: CallerOf, session: Transaction, response: Response) -> Any:
        found = await records.read(session, caller.scope, key)
        response.headers["etag"] = etag(found.revision)
        return found.row

    filter_type: Any = Annotated[_filter_of(row, edge.filters), Query()]
    page_type: Any = Page.__class_getitem__((row, Count))
    listing = {"response_model": page_type, "responses": CSV_RESPONSE}
    words = "CSV and XLSX use the import format."

    @declare("get", "", f"list {edge.several}", words, types={"filters": filter_type}, access=edge.view, **listing)
    async def list_records(filters: Any, page: PageQueryOf, caller: CallerOf, session: Transaction) -> Any:
        rows, cursor, count = await records.list(session, caller.scope, filters.model_dump(), page)
        return answer(page, edge.noun, row, rows, cursor, Count(count=count))

    adding = {"status_code": 201, "response_model": row, "refuses": [RecordTaken, RecordFaulty]}
    words = "The key must be new."

    @declare("post", "", f"create {edge.one}", words, types={"entry": row}, access=edge.edit, **adding)
    async def create_record(entry: Any, caller: CallerOf, session: Transaction, response: Response) -> Any:
        await records.enter(session, caller.scope, entry)
        return await read(records.table.key_of(entry), caller, session, response)

    _declare_import(declare, edge, records)
    reading = {"response_model": row, "refuses": [NotFound]}
    words = "The ETag is needed to change it."

    @declare("get", path, f"read {edge.one}", words, types={"key": key_type}, access=edge.view, **reading)
    async def read_record(key: Any, caller: CallerOf, session: Transaction, response: Response) -> Any:
        return await read(key, caller, session, response)

    changing = {"response_model": row, "refuses": [NotFound, VersionMissing, VersionStale, RecordFaulty]}
    words = "Replaces all values except the key."
    if records.table.retires:
        words += " `retired_on` retires it; null makes it active again."
    types = {"key": key_type, "entry": row}

    @declare("put", path, f"change {edge.one}", words, types=types, access=edge.edit, **changing)
    async def change_record(
        key: Any, entry: Any, revision: ExpectedVersion, caller: CallerOf, session: Transaction, response: Response
    ) -> Any:
        await records.change(session, caller.scope, key, revision, entry)
        return await read(key, caller, session, response)

    return router


def _declare_import(declare: Callable[..., Callable[[Endpoint], Endpoint]], edge: Edge, records: Records[Any]) -> None:
    words = "Adds new rows and updates existing ones. If any row has an error, nothing is imported."

    @declare("imports", "/import", f"import {edge.several}", words, access=edge.edit)
    async def import_records(file: CsvBody, caller: CallerOf, session: Transaction) -> int:
        rows = read_csv(file, records.table.kind, key=records.table.key_of)
        return await records.import_rows(session, caller.scope, rows)


def _key_of_path(fields: Mapping[str, Any]) -> Callable[..., tuple[Any, ...]]:
    """A dependency that reads the parts of a key from the path, each with the type of its field."""

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
