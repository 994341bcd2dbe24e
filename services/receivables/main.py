"""The receivables service, put together."""

from fastapi import FastAPI

from services.receivables.actions.reconciliation import latest_run
from services.receivables.api import (
    audit_lists,
    batches,
    codes,
    credit_memos,
    credit_requests,
    credit_trials,
    customers,
    entries,
    invoice_emails,
    invoice_prints,
    invoice_templates,
    invoices,
    misc_distributions,
    month_reopenings,
    months,
    reconciliation,
    records,
    reports,
    search,
    transactions,
    waiting,
    write_offs,
)
from services.receivables.consumers import invoice_export_requested, invoice_withdrawal_requested, work_order_rated
from services.receivables.jobs import batches as batch_jobs
from services.receivables.jobs.account_changes import announce_job
from services.receivables.jobs.invoice_emails import email_job
from services.receivables.jobs.invoice_prints import print_job
from services.receivables.jobs.pruning import PRUNES
from services.receivables.jobs.reconciliation import reconcile_job
from services.receivables.settings import Settings
from services.receivables.store.sortings import SORTINGS
from shared.reports.router import report_router
from shared.reports.store import prune as prune_reports
from shared.reports.writing import writing
from shared.service.build import build
from shared.service.jobs import Job


def create_app(settings: Settings | None = None) -> FastAPI:
    """The receivables service. Without `settings` it reads them from the environment."""
    settings = settings or Settings()
    lists = reports.lists_of(settings.time_zone)
    server = settings.mail_server
    sending = {} if server is None else {"invoice e-mails": email_job(server, settings.time_zone, settings.public_url)}
    return build(
        "receivables",
        settings,
        routers=[
            *records.routers,
            codes.router,
            waiting.router,
            search.router,
            months.router,
            month_reopenings.router,
            customers.router,
            invoices.router,
            transactions.router,
            misc_distributions.router,
            credit_memos.router,
            credit_trials.router,
            credit_requests.router,
            invoice_prints.single,
            invoice_prints.router,
            invoice_prints.memos,
            invoice_templates.router,
            invoice_emails.router,
            batches.router,
            entries.router,
            entries.forms,
            audit_lists.router,
            entries.info_of_entries,
            entries.info_of_invoices,
            write_offs.router,
            write_offs.of_invoice,
            reconciliation.router,
            report_router(lists, SORTINGS),
        ],
        consumers=[invoice_export_requested.consumer, invoice_withdrawal_requested.consumer, work_order_rated.consumer],
        jobs={
            "account changes": announce_job(),
            "validation": batch_jobs.validate_job(settings.time_zone),
            "interrupted validations": batch_jobs.reopen_job,
            "posting": batch_jobs.post_job(settings.time_zone),
            "invoice prints": print_job(settings.time_zone),
            "reconciliation": reconcile_job,
            "reports": Job(writing(lists)),
            **sending,
        },
        prunes={**PRUNES, "reports": prune_reports},
        latest=latest_run,
        sortings=SORTINGS,
    )
