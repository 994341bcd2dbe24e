"""The months of companies over HTTP."""

from fastapi import Response

from services.receivables.actions import months
from services.receivables.errors import BatchesOpen, NotNextMonth
from services.receivables.rules.month_checks import MonthChecks
from services.receivables.rules.months import MonthRow
from services.receivables.schemas.months import MonthToClose
from shared.access import declared
from shared.access.grants import Level
from shared.errors import NotFound
from shared.http.callers import CallerOf
from shared.http.operation import Router
from shared.http.pages import Count, FixedPageQueryOf, Page, part_of
from shared.http.transaction import Transaction
from shared.values.numbers import CompanyNumber
from shared.values.text import MonthText

router = Router("months")
VIEW = declared.feature("receivables.months", Level.VIEW)


@router.get("", access=VIEW)
async def list_months(page: FixedPageQueryOf, caller: CallerOf, session: Transaction) -> Page[MonthRow, Count]:
    """The open months of each company, and the closed months with transactions."""
    return part_of(await months.read_months(session, caller.scope), page)


@router.get("/{ar_company}/{month}/checks", access=VIEW, refuses=[NotFound])
async def check_month_to_close(
    ar_company: CompanyNumber, month: MonthText, caller: CallerOf, session: Transaction
) -> MonthChecks:
    """What stands against closing a month, by the rules of the closing itself, and what else to look at before it.

    Each check has a code, a number and the list that shows what it counts.
    """
    return await months.check_closing(session, caller.scope, ar_company, month)


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
