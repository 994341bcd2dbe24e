"""Bulk ratings over HTTP."""

from typing import Annotated

from fastapi import Query, Response
from sqlalchemy.ext.asyncio import AsyncSession

from services.rating.actions import rating_runs, references
from services.rating.errors import NothingToRate, UnknownReference
from services.rating.rules.rating_runs import ListedResult, RatingResult, RatingRun, RatingRunCheck, RunSelection
from shared.access import declared
from shared.access.grants import Level
from shared.clock import now
from shared.errors import NotFound
from shared.http.callers import CallerOf
from shared.http.files import CSV_RESPONSE, table_answer
from shared.http.headers import Located
from shared.http.imports import CheckOnly, check_answer, checked_as, taken_back
from shared.http.operation import Naming, Router
from shared.http.pages import Count, Page, PageQueryOf
from shared.http.transaction import Transaction
from shared.values.fields import field_names
from shared.values.filters import RunFilter
from shared.values.numbers import Id
from shared.values.partly import PartlyRead
from shared.values.text import CodeText

router = Router("rating-runs")
VIEW = declared.feature("rating.rating", Level.VIEW)
EDIT = declared.feature("rating.rating", Level.EDIT)


async def _find_unknown(session: AsyncSession, read: PartlyRead) -> list[tuple[str, str]]:
    return await references.find_unknown(session, read.value, "")


@router.post(
    "",
    access=EDIT,
    status_code=202,
    refuses=[NothingToRate, UnknownReference],
    naming=Naming(RunSelection, _find_unknown),
    response_model=RatingRun,
    responses=checked_as(RatingRunCheck),
)
async def start_rating_run(
    body: RunSelection, response: Located, caller: CallerOf, session: Transaction, *, check: CheckOnly = False
) -> RatingRun | Response:
    """Rates the open orders that match and are ready, or those chosen by id. `Location` is the address of the run.

    With `check=true` nothing is started: the answer is how many orders it would rate, and what they would come to.
    """
    if check:
        async with taken_back(session, check=True):
            found = await rating_runs.check_run(session, caller.scope, caller.name, now(), body)
        return check_answer(found)
    run_id = await rating_runs.start_run(session, caller.scope, caller.name, now(), body)
    response.headers["location"] = f"/v1/rating-runs/{run_id}"
    return await rating_runs.read_run(session, caller.scope, run_id)


@router.get("", access=VIEW)
async def list_rating_runs(
    filters: Annotated[RunFilter, Query()], page: PageQueryOf, caller: CallerOf, session: Transaction
) -> Page[RatingRun, Count]:
    """The rating runs that you may see, newest first."""
    runs, cursor, count = await rating_runs.list_runs(session, caller.scope, filters.seen_by(caller.name), page)
    return Page(items=runs, next_cursor=cursor, totals=Count.of(count))


@router.get("/{run_id}", access=VIEW, refuses=[NotFound])
async def read_rating_run(run_id: Id, caller: CallerOf, session: Transaction) -> RatingRun:
    """A rating run with its counts by outcome."""
    return await rating_runs.read_run(session, caller.scope, run_id)


@router.get(
    "/{run_id}/results",
    access=VIEW,
    refuses=[NotFound],
    response_model=Page[ListedResult, Count],
    responses=CSV_RESPONSE,
)
async def list_rating_results(
    run_id: Id, page: PageQueryOf, caller: CallerOf, session: Transaction, outcome: CodeText | None = None
) -> Page[ListedResult, Count] | Response:
    """The result of each order. `outcome` is `RATED`, `WAITING`, `SKIPPED` or the code of a refusal.

    An order that no profile matches has the `nearest` ones, with the values that differ; CSV and XLSX leave them out.
    """
    rows, cursor, count = await rating_runs.list_results(session, caller.scope, run_id, outcome, page)
    if page.media_type is not None:
        return table_answer(page.media_type, "rating-results", field_names(RatingResult), rows)
    return Page(items=rows, next_cursor=cursor, totals=Count.of(count))


@router.watches("/{run_id}/events", access=VIEW, refuses=[NotFound], finished=lambda run: run.status == "done")
async def watch_rating_run(run_id: Id, caller: CallerOf, session: Transaction) -> RatingRun:
    """Live progress of a run: a `progress` event for each change, and `done` at the end."""
    return await rating_runs.read_run(session, caller.scope, run_id)
