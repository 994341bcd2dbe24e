"""Wires the rating service."""

from fastapi import FastAPI

from services.rating.actions import measures
from services.rating.api import (
    attachments,
    billing_profiles,
    charges,
    closings,
    codes,
    commission_payments,
    commissions,
    coverage,
    customers,
    draft_invoices,
    exports,
    imports,
    open_rollup_invoices,
    order_commands,
    proofs,
    rating_runs,
    rating_trials,
    ratings,
    ready_to_export,
    reconciliation,
    records,
    reports,
    search,
    waiting,
    work_in_progress,
    work_order_services,
    work_orders,
)
from services.rating.consumers import (
    account_changed,
    company_changed,
    customer_changed,
    invoice_batched,
    invoice_credited,
    invoice_exported,
    invoice_refused,
)
from services.rating.jobs.estimates import estimate_job
from services.rating.jobs.exports import remind_job, send_job
from services.rating.jobs.pruning import prunes
from services.rating.jobs.rating_runs import rate_job
from services.rating.settings import Settings
from services.rating.store.sortings import SORTINGS
from shared.reports.router import report_router
from shared.reports.store import prune as prune_reports
from shared.reports.writing import writing
from shared.service.build import build
from shared.service.jobs import Job


def create_app(settings: Settings | None = None) -> FastAPI:
    """The rating service; without settings it reads them from the environment."""
    settings = settings or Settings()
    lists = reports.lists_of(settings.time_zone)
    return build(
        "rating",
        settings,
        routers=[
            work_orders.router,
            order_commands.router,
            work_orders.entries,
            work_order_services.router,
            imports.router,
            proofs.of_orders,
            proofs.router,
            ratings.router,
            rating_trials.of_orders,
            rating_trials.router,
            coverage.router,
            attachments.router,
            charges.router,
            charges.prebills,
            rating_runs.router,
            closings.router,
            draft_invoices.router,
            ready_to_export.router,
            open_rollup_invoices.router,
            work_in_progress.router,
            exports.router,
            waiting.router,
            search.router,
            codes.router,
            *records.routers,
            billing_profiles.router,
            customers.router,
            commissions.router,
            commission_payments.periods,
            commission_payments.router,
            reconciliation.router,
            report_router(lists, SORTINGS),
        ],
        consumers=[
            invoice_batched.consumer,
            invoice_exported.consumer,
            invoice_refused.consumer,
            invoice_credited.consumer,
            customer_changed.consumer,
            account_changed.consumer,
            company_changed.consumer,
        ],
        jobs={
            # Two, so that one calculates prices while the other waits for the database.
            "rating runs 1": rate_job(),
            "rating runs 2": rate_job(),
            "export runs": send_job(settings.export_chunk_orders),
            "unanswered chunks": remind_job(settings.answer_patience_seconds),
            "estimates": estimate_job(),
            "reports": Job(writing(lists)),
        },
        prunes={**prunes(settings.result_days, settings.attachments_directory), "reports": prune_reports},
        measures=[measures.export_runs],
        latest=measures.latest_export,
        sortings=SORTINGS,
    )
