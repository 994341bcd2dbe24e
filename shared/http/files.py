"""Files over HTTP: imports as request bodies, tables and PDFs as answers."""

import csv
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import is_dataclass
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from fastapi import Depends, Request
from pydantic import BaseModel
from pydantic_core import to_jsonable_python
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from shared.clock import now
from shared.errors import Fault, ImportRefused, InvalidInput
from shared.files import xlsx
from shared.files.csv import CSV_TYPE, MOST_ROWS, Content, shown_cell, write_csv
from shared.files.pdf import Drawn, render_pdf
from shared.files.xlsx import XLSX_TYPE, Cell
from shared.http.storable import NULL_REFUSED
from shared.values.fields import field_names

PDF_TYPE = "application/pdf"
LARGEST_FILE_BYTES = 20 * 2**20
_LONGEST_LINE_BYTES = 64 * 2**10


async def csv_body(request: Request) -> Content:
    """The CSV file in the body of an import; of an XLSX file, the visible sheet as CSV."""
    kind = request.headers.get("content-type", "").split(";")[0].strip()
    if kind not in {CSV_TYPE, XLSX_TYPE}:
        raise ImportRefused(f"Send the file as the body, with the Content-Type {CSV_TYPE} or {XLSX_TYPE}.")
    sent = await whole_file(request, LARGEST_FILE_BYTES)
    if sent is None:
        raise ImportRefused(f"The file is larger than {LARGEST_FILE_BYTES // 2**20} MiB. Split it.")
    content = await xlsx.read(sent, MOST_ROWS) if kind == XLSX_TYPE else Content(sent)
    if b"\0" in content.csv:
        raise ImportRefused(
            "The file contains null characters, as in UTF-16. Save it as CSV UTF-8.",
            faults=[Fault(_place_of_null(content.csv), NULL_REFUSED)],
        )
    return content


def _place_of_null(table: bytes) -> str:
    """The line of the first null character, and its column if the line is a whole row."""
    at = table.index(b"\0")
    number = table.count(b"\n", 0, at) + 1
    line = table[table.rfind(b"\n", 0, at) + 1 :].partition(b"\n")[0][:_LONGEST_LINE_BYTES]
    heading = table.partition(b"\n")[0][:_LONGEST_LINE_BYTES]
    try:
        names, cells = csv.reader([heading.decode("utf-8-sig"), line.decode()])
    except (ValueError, csv.Error):
        return f"line {number}"
    found = [name.strip() for name, cell in zip(names, cells, strict=False) if "\0" in cell]
    return f"line {number}, column {found[0]}" if number > 1 and len(names) == len(cells) else f"line {number}"


async def whole_file(request: Request, most_bytes: int) -> bytes | None:
    """The body, or None when it is larger than `most_bytes`.

    It is kept with the request, because a repetition after a deadlock, the idempotency key and the audit need it again.
    """
    if not hasattr(request.state, "file"):
        request.state.file = None
        content = bytearray()
        async for part in request.stream():
            content += part
            if len(content) > most_bytes:
                return None
        request.state.file = bytes(content)
    kept: bytes | None = request.state.file
    return kept


CsvBody = Annotated[Content, Depends(csv_body)]
_FILE = {"schema": {"type": "string", "format": "binary"}}
CSV_RESPONSE: dict[int | str, dict[str, Any]] = {200: {"content": {CSV_TYPE: _FILE, XLSX_TYPE: _FILE}}}
REPLACED_HEADER = "replaced-characters"
_PDF_HEADERS = {
    REPLACED_HEADER: {
        "description": "The characters that no font has, such as `U+1F600, U+1F9D1`; the PDF shows � instead.",
        "schema": {"type": "string"},
    }
}
CSV_OR_PDF_RESPONSE: dict[int | str, dict[str, Any]] = {
    200: {"content": {CSV_TYPE: _FILE, XLSX_TYPE: _FILE, PDF_TYPE: _FILE}, "headers": _PDF_HEADERS}
}
PDF_RESPONSE: dict[int | str, dict[str, Any]] = {200: {"content": {PDF_TYPE: _FILE}, "headers": _PDF_HEADERS}}
CSV_REQUEST = {"requestBody": {"required": True, "content": {CSV_TYPE: _FILE, XLSX_TYPE: _FILE}}}


def table_answer(media_type: str, name: str, columns: Sequence[str], rows: Iterable[object]) -> Response:
    """The rows as a CSV or XLSX file, where no text becomes a formula."""
    if media_type == XLSX_TYPE:
        cells = [[shown_cell(getattr(row, column)) for column in columns] for row in rows]
        return XlsxAnswer(name, columns, cells)
    return Response(
        write_csv(columns, rows),
        media_type=CSV_TYPE,
        headers={"content-disposition": f'attachment; filename="{name}.csv"'},
    )


def asked_for(request: Request, *offered: str) -> str | None:
    """The first of the `offered` media types in the Accept header, or None for JSON."""
    for part in request.headers.get("accept", "").split(","):
        kind = part.split(";")[0].strip()
        if kind in offered:
            return kind
        if kind in {"application/json", "*/*"}:
            return None
    return None


class XlsxAnswer(Response):
    """An XLSX file. It is made when it is sent, after the transaction."""

    media_type = XLSX_TYPE

    def __init__(self, name: str, columns: Sequence[str], rows: Sequence[Sequence[Cell]]):
        super().__init__(headers={"content-disposition": f'attachment; filename="{name}.xlsx"'})
        self._table = (name, columns, rows)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        made = await xlsx.make(*self._table)
        if made is None:
            raise InvalidInput("The list has too many rows or too long a cell for a spreadsheet. Ask for it as CSV.")
        self.body = made
        self.headers["content-length"] = str(len(self.body))
        await super().__call__(scope, receive, send)


async def print_report(
    template: Path, printed_by: str, filters: BaseModel, content: Mapping[str, object], time_zone: str
) -> Response:
    """A list as a PDF made from the template and the content, with the filters, who printed it, and when.

    All times are those of the company's `time_zone`: what is rated in the evening is not rated on the next day. Raises
    DocumentFailed.
    """
    printed_at = now()
    zone = ZoneInfo(time_zone)
    document = {
        "printed_at": f"{printed_at.astimezone(zone):%Y-%m-%d %H:%M %Z}",
        "printed_by": printed_by,
        "filter": {word: str(value) for word, value in filters.model_dump(exclude_none=True).items()},
        **to_jsonable_python(in_zone(content, zone)),
    }
    return pdf_answer(template.stem.replace("_", "-"), await render_pdf(template, document, printed_at))


def in_zone(value: object, zone: ZoneInfo) -> object:
    """The value with every moment in it at the clock of the zone; dataclasses become dicts."""
    match value:
        case datetime():
            return value.astimezone(zone)
        case Mapping():
            return {key: in_zone(item, zone) for key, item in value.items()}
        case list() | tuple():
            return [in_zone(item, zone) for item in value]
        case _ if is_dataclass(value):
            return {name: in_zone(getattr(value, name), zone) for name in field_names(type(value))}
        case _:
            return value


def pdf_answer(name: str, document: Drawn) -> Response:
    """The PDF as a file named `name`; a header names the characters that were replaced."""
    headers = {"content-disposition": f'attachment; filename="{name}.pdf"'}
    if document.replaced:
        headers[REPLACED_HEADER] = document.replaced
    return Response(document.content, media_type=PDF_TYPE, headers=headers)
