"""The months of companies over HTTP."""

from fastapi import Response

from services.receivables.actions import months
from services.receivables.errors import BatchesOpen, NotNextMonth
from services.receivables.rules.months import MonthRow
from services.receivables.schemas.months import MonthToClose
from shared.access import declared
from shared.access.grants import Level
from shared.errors import NotFound
from shared.http.operation import CallerOf, Router
from shared.http.pages import Count, FixedPageQueryOf, Page, part_of
from shared.http.transaction import Transaction

router = Router("months")


@router.get("", access=declared.feature("receivables.months", Level.VIEW))
async def list_months(page: FixedPageQueryOf, caller: CallerOf, session: Transaction) -> Page[MonthRow, Count]:
    """The open months of each company, and the closed months with transactions."""
    return part_of(await months.read_months(session, caller.scope), page)


@router.post(
    "/close",
    access=declared.feature("receivables.months", Level.APPROVE),
    status_code=204,
    refuses=[NotFound, NotNextMonth, BatchesOpen],
    response_class=Response,
)
async def close_month(body: MonthToClose, caller: CallerOf, session: Transaction) -> None:
    """Closes the month after the last closed one, if it has no open batches. Nothing more can be posted in it."""
    await months.close_month(session, caller.scope, body.ar_company, body.month)
