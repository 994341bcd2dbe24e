"""Miscellaneous distributions of posted transactions over HTTP."""

from typing import Annotated

from fastapi import Query, Response

from services.receivables.actions import misc_distributions
from services.receivables.rules.misc_distributions import (
    MiscDistributionFilter,
    MiscDistributionRow,
    MiscDistributionTotals,
)
from shared.access import declared
from shared.access.grants import Level
from shared.http.callers import CallerOf
from shared.http.files import CSV_RESPONSE
from shared.http.operation import Router
from shared.http.pages import Page, PageQueryOf, answer
from shared.http.transaction import Transaction

router = Router("misc-distributions")
VIEW = declared.feature("receivables.invoices", Level.VIEW)


@router.get("", access=VIEW, response_model=Page[MiscDistributionRow, MiscDistributionTotals], responses=CSV_RESPONSE)
async def list_misc_distributions(
    filters: Annotated[MiscDistributionFilter, Query()], page: PageQueryOf, caller: CallerOf, session: Transaction
) -> Page[MiscDistributionRow, MiscDistributionTotals] | Response:
    """Miscellaneous distributions of posted transactions by code, customer, month or date, newest first."""
    rows, cursor, totals = await misc_distributions.list_distributions(session, caller.scope, filters, page)
    return answer(page, "misc-distributions", MiscDistributionRow, rows, cursor, totals)
