"""Wires the receivables service."""

from fastapi import FastAPI

from services.receivables.api import customers, invoices, reconciliation, setup
from services.receivables.consumers import invoice_export_requested, invoice_withdrawal_requested, work_order_rated
from services.receivables.settings import Settings
from shared.service import build


def create_app(settings: Settings | None = None) -> FastAPI:
    """The receivables service; without settings it reads them from the environment."""
    return build(
        "receivables",
        settings or Settings(),
        routers=[
            *setup.routers,
            customers.router,
            invoices.router,
            invoices.batches,
            reconciliation.router,
        ],
        consumers=[invoice_export_requested.consumer, invoice_withdrawal_requested.consumer, work_order_rated.consumer],
    )
