"""The lists that can be asked for as a report, however many rows they have."""

from collections.abc import Mapping

from sqlalchemy.ext.asyncio import AsyncSession

from services.receivables.actions import batches, credit_requests, invoices, misc_distributions, transactions
from services.receivables.api import batches as batches_api
from services.receivables.api import credit_requests as credit_requests_api
from services.receivables.api import invoices as invoices_api
from services.receivables.rules.batches import BatchFilter, BatchRow
from services.receivables.rules.credit_requests import CreditRequestRow, RequestFilter
from services.receivables.rules.invoices import InvoiceFilter
from services.receivables.rules.misc_distributions import MiscDistributionFilter, MiscDistributionRow
from services.receivables.rules.transactions import TransactionFilter, TransactionRow
from services.receivables.schemas.invoices import InvoiceItem
from shared.access.grants import Scope
from shared.clock import local_date, now
from shared.database.pages import PageQuery
from shared.reports.lists import ReportedList, Rows
from shared.values.fields import field_names


def lists_of(time_zone: str) -> Mapping[str, ReportedList]:
    """The lists by the last part of the path of each. What is overdue is so in the company's time zone."""

    async def posted(session: AsyncSession, scope: Scope, filters: InvoiceFilter, query: PageQuery, _: str) -> Rows:
        today = local_date(now(), time_zone)
        rows, cursor, _totals = await invoices.list_invoices(session, scope, filters, query, today)
        return [InvoiceItem.of(row) for row in rows], cursor

    async def moves(session: AsyncSession, scope: Scope, filters: TransactionFilter, query: PageQuery, _: str) -> Rows:
        return (await transactions.list_transactions(session, scope, filters, query))[:2]

    async def misc(
        session: AsyncSession, scope: Scope, filters: MiscDistributionFilter, query: PageQuery, _: str
    ) -> Rows:
        return (await misc_distributions.list_distributions(session, scope, filters, query))[:2]

    async def typed(session: AsyncSession, scope: Scope, filters: BatchFilter, query: PageQuery, name: str) -> Rows:
        return (await batches.list_batches(session, scope, filters, query, name))[:2]

    async def asked(session: AsyncSession, scope: Scope, filters: RequestFilter, query: PageQuery, name: str) -> Rows:
        return (await credit_requests.list_requests(session, scope, filters, query, name))[:2]

    view = invoices_api.VIEW
    return {
        "invoices": ReportedList("list_invoices", view, InvoiceFilter, field_names(InvoiceItem), posted),
        "transactions": ReportedList("list_transactions", view, TransactionFilter, field_names(TransactionRow), moves),
        "misc-distributions": ReportedList(
            "list_misc_distributions", view, MiscDistributionFilter, field_names(MiscDistributionRow), misc
        ),
        "batches": ReportedList("list_batches", batches_api.VIEW, BatchFilter, field_names(BatchRow), typed),
        "credit-requests": ReportedList(
            "list_credit_requests", credit_requests_api.VIEW, RequestFilter, field_names(CreditRequestRow), asked
        ),
    }
