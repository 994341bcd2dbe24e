"""Lists over HTTP: the requested page, and the answer as JSON, CSV or XLSX."""

from collections.abc import Sequence
from typing import Annotated, Generic, TypeVar

from fastapi import Depends, Query, Request
from pydantic import BaseModel
from starlette.responses import Response

from shared.database.pages import PageQuery
from shared.files.csv import CSV_TYPE
from shared.files.xlsx import XLSX_TYPE
from shared.http.files import PDF_TYPE, asked_for, table_answer
from shared.values.fields import field_names

ItemT = TypeVar("ItemT")
TotalsT = TypeVar("TotalsT")
LARGEST_PAGE = 500


class Page(BaseModel, Generic[ItemT, TotalsT]):
    """One page of a list. `next_cursor` fetches the next page; `totals` cover everything that matches the filters."""

    items: list[ItemT]
    next_cursor: str | None
    totals: TotalsT


class Count(BaseModel):
    count: int


def page_query(
    request: Request,
    limit: Annotated[int, Query(ge=1, le=LARGEST_PAGE)] = 100,
    cursor: Annotated[str | None, Query(description="`next_cursor` of the previous page.")] = None,
    sort: Annotated[
        str | None, Query(description="The field to sort by; `-` in front sorts in descending order.")
    ] = None,
) -> PageQuery:
    """The page that the query and the Accept header request."""
    media_type = asked_for(request, CSV_TYPE, XLSX_TYPE)
    return PageQuery(limit, cursor, sort) if media_type is None else PageQuery(None, None, sort, media_type)


PageQueryOf = Annotated[PageQuery, Depends(page_query)]


def printable_page_query(request: Request, page: PageQueryOf) -> PageQuery:
    """The page of a list that is also available as a PDF, which contains the whole list."""
    return (
        PageQuery(None, None, page.sort, PDF_TYPE)
        if asked_for(request, PDF_TYPE, CSV_TYPE, XLSX_TYPE) == PDF_TYPE
        else page
    )


PrintablePageQueryOf = Annotated[PageQuery, Depends(printable_page_query)]


def answer(
    query: PageQuery, name: str, kind: type[ItemT], items: Sequence[ItemT], cursor: str | None, totals: TotalsT
) -> Page[ItemT, TotalsT] | Response:
    """The list in the requested format: one page as JSON, or all of it as a CSV or XLSX file named `name`."""
    if query.media_type is not None:
        return table_answer(query.media_type, name, field_names(kind), items)
    return Page(items=list(items), next_cursor=cursor, totals=totals)
