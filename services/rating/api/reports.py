"""The lists that can be asked for as a report, however many rows they have."""

from collections.abc import Mapping

from sqlalchemy.ext.asyncio import AsyncSession

from services.rating.actions import (
    commissions,
    draft_invoices,
    open_rollup_invoices,
    ready_to_export,
    work_in_progress,
    work_orders,
)
from services.rating.api import commissions as commissions_api
from services.rating.api import draft_invoices as draft_invoices_api
from services.rating.api import open_rollup_invoices as open_rollup_api
from services.rating.api import ready_to_export as ready_api
from services.rating.api import work_in_progress as wip_api
from services.rating.api import work_orders as work_orders_api
from services.rating.records.work_orders import EnteredOrder
from services.rating.rules.commissions import Booking, CommissionFilter
from services.rating.rules.draft_invoices import InvoiceFilter, InvoiceRow
from services.rating.rules.listed_orders import OrderRow
from services.rating.rules.open_rollup_invoices import OpenRollupFilter, OpenRollupRow
from services.rating.rules.ready_to_export import ReadyFilter, ReadyRow
from services.rating.rules.work_in_progress import WipFilter, WipOrder
from services.rating.rules.work_orders import OrderFilter
from shared.access.grants import Scope
from shared.clock import local_date, now
from shared.database.pages import PageQuery
from shared.reports.lists import ReportedList, Rows
from shared.values.fields import field_names


def lists_of(time_zone: str) -> Mapping[str, ReportedList]:
    """The lists by the last part of the path of each. What counts days does so in the company's time zone."""

    async def orders(session: AsyncSession, scope: Scope, filters: OrderFilter, query: PageQuery, _: str) -> Rows:
        return (await work_orders.list_orders(session, scope, filters, query))[:2]

    async def entries(session: AsyncSession, scope: Scope, filters: OrderFilter, query: PageQuery, _: str) -> Rows:
        return (await work_orders.list_entries(session, scope, filters, query))[:2]

    async def invoices(session: AsyncSession, scope: Scope, filters: InvoiceFilter, query: PageQuery, _: str) -> Rows:
        return (await draft_invoices.list_invoices(session, scope, filters, query))[:2]

    async def ready(session: AsyncSession, scope: Scope, filters: ReadyFilter, query: PageQuery, _: str) -> Rows:
        today = local_date(now(), time_zone)
        return (await ready_to_export.list_ready(session, scope, filters, query, today))[:2]

    async def rollups(session: AsyncSession, scope: Scope, filters: OpenRollupFilter, query: PageQuery, _: str) -> Rows:
        return (await open_rollup_invoices.list_rows(session, scope, filters, query))[:2]

    async def active(session: AsyncSession, scope: Scope, filters: WipFilter, query: PageQuery, _: str) -> Rows:
        today = local_date(now(), time_zone)
        return (await work_in_progress.list_orders(session, scope, filters, query, today))[:2]

    async def bookings(
        session: AsyncSession, scope: Scope, filters: CommissionFilter, query: PageQuery, _: str
    ) -> Rows:
        return (await commissions.list_commissions(session, scope, filters, query))[:2]

    order_view = work_orders_api.VIEW
    return {
        "work-orders": ReportedList("list_work_orders", order_view, OrderFilter, field_names(OrderRow), orders),
        "work-order-entries": ReportedList(
            "list_work_order_entries", order_view, OrderFilter, field_names(EnteredOrder), entries
        ),
        "invoices": ReportedList(
            "list_rating_invoices", draft_invoices_api.VIEW, InvoiceFilter, field_names(InvoiceRow), invoices
        ),
        "ready-to-export": ReportedList(
            "list_orders_ready_to_export", ready_api.VIEW, ReadyFilter, field_names(ReadyRow), ready
        ),
        "open-rollup-invoices": ReportedList(
            "list_open_rollup_invoices", open_rollup_api.VIEW, OpenRollupFilter, field_names(OpenRollupRow), rollups
        ),
        "work-in-progress/work-orders": ReportedList(
            "list_work_in_progress", wip_api.VIEW, WipFilter, field_names(WipOrder), active
        ),
        "commissions": ReportedList(
            "list_commissions", commissions_api.VIEW, CommissionFilter, field_names(Booking), bookings
        ),
    }
