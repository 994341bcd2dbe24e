"""The coverage check over HTTP: which open orders no rate table covers."""

from fastapi import Response

from services.rating.actions import coverage
from services.rating.api.ratings import VIEW
from services.rating.rules.coverage import Coverage, Gap
from shared.http.callers import CallerOf
from shared.http.files import CSV_RESPONSE, table_answer
from shared.http.operation import Router
from shared.http.pages import FileTypeOf
from shared.http.transaction import Transaction
from shared.values.fields import field_names
from shared.values.numbers import Id

router = Router("coverage")


@router.get("", access=VIEW, response_model=Coverage, responses=CSV_RESPONSE)
async def check_coverage(
    wanted: FileTypeOf, caller: CallerOf, session: Transaction, run_id: Id | None = None
) -> Coverage | Response:
    """Combinations of key values that open orders use and no billing profile covers, with the number of orders.

    With `run_id`, only the open orders that this rating run could not rate.
    """
    found = await coverage.check_open_orders(session, caller.scope, run_id)
    if wanted is not None:
        return table_answer(wanted, "coverage", field_names(Gap)[:-1], found.gaps)
    return found
