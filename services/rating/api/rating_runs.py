"""Bulk rating: started, watched, and its results order by order."""

from fastapi import Response

from services.rating.actions import rating_runs
from services.rating.errors import NothingToRate, UnknownReference
from services.rating.schemas.rating_runs import RatingResultRead, RatingRunRead, RatingRunRequest
from shared.access import declared
from shared.access.grants import Level
from shared.clock import now
from shared.errors import NotFound
from shared.http.files import CSV_RESPONSE
from shared.http.operation import CallerOf, Router
from shared.http.pages import Count, Page, PageQueryOf, answer
from shared.http.transaction import Transaction
from shared.values.numbers import Id
from shared.values.text import CodeText

router = Router("rating-runs")
VIEW = declared.feature("rating.rating", Level.VIEW)
EDIT = declared.feature("rating.rating", Level.EDIT)


@router.post("", access=EDIT, status_code=202, refuses=[NothingToRate, UnknownReference])
async def start_rating_run(
    wanted: RatingRunRequest, response: Response, caller: CallerOf, session: Transaction
) -> RatingRunRead:
    """Rates the open orders that fit and are ready, or the named ones. The answer's Location tells where to watch."""
    run_id = await rating_runs.start_run(session, caller.scope, caller.name, now(), wanted.to_selection())
    response.headers["location"] = f"/v1/rating-runs/{run_id}"
    return RatingRunRead.of(*await rating_runs.read_run(session, caller.scope, run_id))


@router.get("", access=VIEW)
async def list_rating_runs(page: PageQueryOf, caller: CallerOf, session: Transaction) -> Page[RatingRunRead, Count]:
    """The runs that lie within what you may see, the newest first."""
    runs, cursor, count = await rating_runs.list_runs(session, caller.scope, page)
    return Page(items=[RatingRunRead.of(run) for run in runs], next_cursor=cursor, totals=Count(count=count))


@router.get("/{run_id}", access=VIEW, refuses=[NotFound])
async def read_rating_run(run_id: Id, caller: CallerOf, session: Transaction) -> RatingRunRead:
    """A run with its counts by outcome."""
    return RatingRunRead.of(*await rating_runs.read_run(session, caller.scope, run_id))


@router.get(
    "/{run_id}/results",
    access=VIEW,
    refuses=[NotFound],
    response_model=Page[RatingResultRead, Count],
    responses=CSV_RESPONSE,
)
async def list_rating_results(
    run_id: Id, page: PageQueryOf, caller: CallerOf, session: Transaction, outcome: CodeText | None = None
) -> Page[RatingResultRead, Count] | Response:
    """What became of each order; `outcome` filters by `RATED`, `WAITING`, `SKIPPED` or the code of a refusal."""
    rows, cursor, count = await rating_runs.list_results(session, caller.scope, run_id, outcome, page)
    items = [RatingResultRead.model_validate(row) for row in rows]
    return answer(page, "rating-results", RatingResultRead, items, cursor, Count(count=count))


@router.watches("/{run_id}/events", access=VIEW, refuses=[NotFound], finished=lambda run: run.status == "done")
async def watch_rating_run(run_id: Id, caller: CallerOf, session: Transaction) -> RatingRunRead:
    """Live progress: an event `progress` for each change, `done` at the end."""
    return RatingRunRead.of(*await rating_runs.read_run(session, caller.scope, run_id))
