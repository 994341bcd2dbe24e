"""Lists over HTTP: the requested page, and the answer as JSON, CSV or XLSX."""

from collections.abc import Sequence
from typing import Annotated, Generic, TypeVar

from fastapi import Depends, Query, Request
from pydantic import BaseModel
from starlette.responses import Response

from shared.database.pages import PageQuery, cut_page
from shared.files.csv import CSV_TYPE
from shared.files.xlsx import XLSX_TYPE
from shared.http.files import PDF_TYPE, asked_for, table_answer
from shared.values.fields import field_names

ItemT = TypeVar("ItemT")
TotalsT = TypeVar("TotalsT")
LARGEST_PAGE = 500


class Page(BaseModel, Generic[ItemT, TotalsT]):
    """One page of a list. `next_cursor` fetches the next page; `totals` cover everything that matches the filters.

    Totals come with the first page, unless the query has `totals=false`, and with others if it has `totals=true`.
    """

    items: list[ItemT]
    next_cursor: str | None
    totals: TotalsT | None


class Items(BaseModel, Generic[ItemT]):
    """A list that is always short, as a whole."""

    items: list[ItemT]


class Count(BaseModel):
    count: int

    @classmethod
    def of(cls, count: int | None) -> "Count | None":
        """The totals of a list that counts its rows, if they were wanted."""
        return None if count is None else cls(count=count)


def page_query(
    request: Request,
    limit: Annotated[int, Query(ge=1, le=LARGEST_PAGE)] = 100,
    cursor: Annotated[str | None, Query(description="`next_cursor` of the previous page.")] = None,
    sort: Annotated[
        str | None, Query(description="The field to sort by; `-` in front sorts in descending order.")
    ] = None,
    totals: Annotated[
        bool | None,
        Query(description="Whether to count and add up the whole list. Without it, only the first page does."),
    ] = None,
) -> PageQuery:
    """The page that the query and the Accept header request."""
    media_type = file_type(request)
    if media_type is not None:
        return PageQuery(None, None, sort, media_type, totals=False)
    return PageQuery(limit, cursor, sort, totals=cursor is None if totals is None else totals)


PageQueryOf = Annotated[PageQuery, Depends(page_query)]


def fixed_page_query(
    request: Request,
    limit: Annotated[int, Query(ge=1, le=LARGEST_PAGE)] = 100,
    cursor: Annotated[str | None, Query(description="`next_cursor` of the previous page.")] = None,
    totals: Annotated[
        bool | None,
        Query(description="Whether to count and add up the whole list. Without it, only the first page does."),
    ] = None,
) -> PageQuery:
    """The requested page of a list that has only one order."""
    return page_query(request, limit, cursor, None, totals)


FixedPageQueryOf = Annotated[PageQuery, Depends(fixed_page_query)]


def printable_page_query(request: Request, page: PageQueryOf) -> PageQuery:
    """The page of a list that is also available as a PDF, which contains the whole list."""
    return PageQuery(None, None, page.sort, PDF_TYPE) if printable_file_type(request) == PDF_TYPE else page


PrintablePageQueryOf = Annotated[PageQuery, Depends(printable_page_query)]


def printable_fixed_page_query(request: Request, page: FixedPageQueryOf) -> PageQuery:
    """The same for a list that has only one order."""
    return printable_page_query(request, page)


PrintableFixedPageQueryOf = Annotated[PageQuery, Depends(printable_fixed_page_query)]


def file_type(request: Request) -> str | None:
    """The type of file that the Accept header asks for, or None for JSON: for what has no pages."""
    return asked_for(request, CSV_TYPE, XLSX_TYPE)


def printable_file_type(request: Request) -> str | None:
    """The same for what is also available as a PDF."""
    return asked_for(request, PDF_TYPE, CSV_TYPE, XLSX_TYPE)


FileTypeOf = Annotated[str | None, Depends(file_type)]
PrintableFileTypeOf = Annotated[str | None, Depends(printable_file_type)]


def part_of(rows: Sequence[ItemT], query: PageQuery) -> Page[ItemT, Count]:
    """One page of a list that is worked out as a whole, in its own order."""
    items, cursor = cut_page(rows, query)
    return Page(items=items, next_cursor=cursor, totals=Count(count=len(rows)) if query.totals else None)


def answer(
    query: PageQuery, name: str, kind: type[ItemT], items: Sequence[ItemT], cursor: str | None, totals: TotalsT | None
) -> Page[ItemT, TotalsT] | Response:
    """The list in the requested format: one page as JSON, or all of it as a CSV or XLSX file named `name`."""
    if query.media_type is not None:
        return table_answer(query.media_type, name, field_names(kind), items)
    return Page(items=list(items), next_cursor=cursor, totals=totals)
