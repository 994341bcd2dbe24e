"""What open orders ask of the rate tables and do not find."""

from fastapi import Response

from services.rating.actions import coverage
from services.rating.api.ratings import VIEW
from services.rating.schemas.coverage import CoverageRead, GapRead
from shared.http.files import CSV_RESPONSE, table_answer
from shared.http.operation import CallerOf, Router
from shared.http.pages import PageQueryOf
from shared.http.transaction import Transaction

router = Router("coverage")


@router.get("", access=VIEW, response_model=CoverageRead, responses=CSV_RESPONSE)
async def check_coverage(page: PageQueryOf, caller: CallerOf, session: Transaction) -> CoverageRead | Response:
    """Every combination of the five keys used by open orders that has no profile, with the orders that wait."""
    found = CoverageRead.model_validate(await coverage.check_open_orders(session, caller.scope))
    if page.media_type is not None:
        return table_answer(page.media_type, "coverage", [*GapRead.model_fields][:-1], found.gaps)
    return found
