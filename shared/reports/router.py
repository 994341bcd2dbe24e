"""Reports over HTTP: asked for, watched, downloaded, and deleted by their requester."""

from collections.abc import AsyncIterator, Mapping
from typing import Any, Literal

from fastapi import Request, Response
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from shared.access import declared
from shared.access.grants import scope_for
from shared.database.pages import Sorting
from shared.database.pool import Database
from shared.errors import Fault, Forbidden, NotFound, TooManyReports
from shared.files.csv import CSV_TYPE
from shared.http.callers import Caller, CallerOf
from shared.http.headers import Located
from shared.http.operation import Router
from shared.http.pages import Count, Page, PageQueryOf
from shared.http.problems import invalid_fields
from shared.http.transaction import Transaction
from shared.reports import store
from shared.reports.lists import KEPT_DAYS, MOST_UNFINISHED, Report, ReportedList, ReportRow, Requester
from shared.values.fields import parts_of
from shared.values.numbers import Id
from shared.values.text import Line, words_of_fault

_FILE = {200: {"content": {CSV_TYPE: {"schema": {"type": "string", "format": "binary"}}}}}


class ReportRequest(BaseModel):
    """Which list to write to a file, and with which filters: those of its query, such as `{"status": ["open"]}`."""

    model_config = ConfigDict(extra="forbid")

    list: Line = Field(description="The last part of the path of the list, such as `work-orders`.")
    filters: dict[str, Any] = Field(
        default_factory=dict, max_length=50, description="The filters of the list, by their names in its query."
    )
    sort: Line | None = Field(default=None, description="A field to sort by, as in the list.")
    format: Literal["csv"] = Field(default="csv", description="The type of the file.")


class _Reports:
    """The reports of a service."""

    def __init__(self, lists: Mapping[str, ReportedList], sortings: Mapping[str, Sorting]):
        self._lists = lists
        self._sortings = sortings

    def requester(self, caller: Caller, name: str) -> Requester:
        """The caller as the requester of a report of this list; raises Forbidden if they may not see the list."""
        access = self._lists[name].access
        scope = scope_for(caller.principal.grants, access.feature, access.level)
        if scope is None:
            raise Forbidden(
                f"The list {name} needs {access.feature} at level {access.level.word}. Ask an administrator."
            )
        return Requester(caller.principal.subject, caller.name, scope)

    def filters_of(self, body: ReportRequest) -> dict[str, Any]:
        """The filters in the body, checked; raises InvalidInput for a list, filter or sort order that does not exist."""
        reported = self._lists.get(body.list)
        if reported is None:
            raise invalid_fields([Fault("/list", f"must be one of {', '.join(sorted(self._lists))}")])
        faults = [
            Fault(f"/filters/{name}", "is not a filter of this list")
            for name in body.filters
            if name not in reported.filters.model_fields
        ]
        sorts = self._sortings[reported.operation].fields
        if body.sort is not None and body.sort.removeprefix("-") not in sorts:
            faults.append(Fault("/sort", f"must be one of {', '.join(sorted(sorts))}"))
        try:
            filters = reported.filters.model_validate(body.filters)
        except ValidationError as error:
            faults += [
                Fault(
                    "/".join(["/filters", *map(str, one["loc"])]),
                    words_of_fault(one["type"], one["msg"], one.get("ctx", {})),
                )
                for one in error.errors()
            ]
        if faults:
            raise invalid_fields(faults)
        return filters.model_dump(mode="json", exclude_none=True)

    async def find(self, session: Transaction, caller: Caller, report_id: int) -> ReportRow:
        """A report of the caller; raises NotFound, or Forbidden if their limits are others than when they asked for it."""
        found = await store.find(session, report_id, caller.principal.subject)
        if found is None:
            raise NotFound(f"You have no report {report_id}. Reports are kept for {KEPT_DAYS} days.")
        if set(self.requester(caller, found.list).scope.limits) != set(found.scope.limits):
            raise Forbidden("What you may see has changed since you asked for this report. Ask for it again.")
        return found


async def _parts(database: Database, first: bytes, report: ReportRow) -> AsyncIterator[bytes]:
    """The file part by part, each read in a transaction of its own, so that no download holds one open."""
    yield first
    for part in range(2, report.parts + 1):
        async with database.transaction() as session:
            content = await store.read_part(session, report.id, part)
        if content is None:
            raise NotFound(f"Report {report.id} was deleted.")
        yield content


def report_router(lists: Mapping[str, ReportedList], sortings: Mapping[str, Sorting]) -> Router:
    """The operations of reports of these lists, by the last part of the path of each; for `sortings` see build."""
    router, reports, access = Router("reports"), _Reports(lists, sortings), declared.signed_in()

    @router.post("", access=access, status_code=202, idempotent=True, refuses=[Forbidden, TooManyReports])
    async def start_report(body: ReportRequest, response: Located, caller: CallerOf, session: Transaction) -> Report:
        """Writes a list of any length to a CSV file, in the background. `Location` is the address of the report.

        You need the access that the list needs, and get what the list would show you. The rows are read page by page, so
        what changes meanwhile may be in it as it was or as it is.
        """
        filters = reports.filters_of(body)
        requester = reports.requester(caller, body.list)
        if await store.count_unfinished(session, requester.subject) >= MOST_UNFINISHED:
            raise TooManyReports(
                f"{MOST_UNFINISHED} of your reports are not finished yet. Wait for one, or delete one."
            )
        report_id = await store.insert(session, requester, body.list, filters, body.sort)
        response.headers["location"] = f"/v1/reports/{report_id}"
        return await _shown(session, caller, report_id)

    async def _shown(session: Transaction, caller: Caller, report_id: int) -> Report:
        return Report(**parts_of(await reports.find(session, caller, report_id), Report))

    @router.get("", access=access, sorting=store.SORTING)
    async def list_reports(page: PageQueryOf, caller: CallerOf, session: Transaction) -> Page[Report, Count]:
        """Your reports, newest first. They are kept for 7 days."""
        rows, cursor, count = await store.list_reports(session, caller.principal.subject, page)
        return Page(items=rows, next_cursor=cursor, totals=Count.of(count))

    @router.get("/{report_id}", access=access, refuses=[NotFound, Forbidden])
    async def read_report(report_id: Id, caller: CallerOf, session: Transaction) -> Report:
        """One of your reports, with its progress."""
        return await _shown(session, caller, report_id)

    @router.get(
        "/{report_id}/file",
        access=access,
        refuses=[NotFound, Forbidden],
        response_class=Response,
        responses=_FILE,
    )
    async def read_report_file(
        report_id: Id, request: Request, caller: CallerOf, session: Transaction
    ) -> StreamingResponse:
        """The file of a report that is done."""
        report = await reports.find(session, caller, report_id)
        first = await store.read_part(session, report_id, 1) if report.status == "done" else None
        if first is None:
            raise NotFound(f"Report {report_id} has no file: it is {report.status}.")
        name = f'attachment; filename="{report.list}-{report_id}.csv"'
        parts = _parts(request.app.state.database, first, report)
        return StreamingResponse(parts, media_type=CSV_TYPE, headers={"content-disposition": name})

    @router.delete("/{report_id}", access=access, status_code=204, refuses=[NotFound, Forbidden])
    async def delete_report(report_id: Id, caller: CallerOf, session: Transaction) -> None:
        """Deletes a report and its file. If it is being written, that ends at once."""
        await reports.find(session, caller, report_id)
        await store.delete(session, report_id)

    @router.watches(
        "/{report_id}/events", access=access, refuses=[NotFound, Forbidden], finished=lambda report: report.is_over
    )
    async def watch_report(report_id: Id, caller: CallerOf, session: Transaction) -> Report:
        """Live progress of a report: a `progress` event for each change, and `done` at the end."""
        return await _shown(session, caller, report_id)

    return router
