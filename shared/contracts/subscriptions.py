"""The events, and which service reads which of them durably; the stream, permissions and documents are made from it."""

from shared.contracts.account_changed import AccountChanged
from shared.contracts.company_changed import CompanyChanged
from shared.contracts.customer_changed import CustomerChanged
from shared.contracts.event import Event
from shared.contracts.invoice_batched import InvoiceBatched
from shared.contracts.invoice_credited import InvoiceCredited
from shared.contracts.invoice_export_requested import InvoiceExportRequested
from shared.contracts.invoice_exported import InvoiceExported
from shared.contracts.invoice_refused import InvoiceRefused
from shared.contracts.invoice_withdrawal_requested import InvoiceWithdrawalRequested
from shared.contracts.permissions_changed import PermissionsChanged
from shared.contracts.work_order_rated import WorkOrderRated

EVENTS: tuple[type[Event], ...] = (
    WorkOrderRated,
    InvoiceExportRequested,
    InvoiceWithdrawalRequested,
    InvoiceBatched,
    InvoiceExported,
    InvoiceRefused,
    InvoiceCredited,
    CustomerChanged,
    AccountChanged,
    CompanyChanged,
    PermissionsChanged,
)

EXTERNAL = {"listener": "ratebook.v1.receivables.>"}
"""Durable consumers of other systems: the name of the consumer and its user → the subjects that it reads."""

SUBSCRIPTIONS: dict[str, tuple[type[Event], ...]] = {
    "rating": (
        InvoiceBatched,
        InvoiceExported,
        InvoiceRefused,
        InvoiceCredited,
        CustomerChanged,
        AccountChanged,
        CompanyChanged,
    ),
    "receivables": (WorkOrderRated, InvoiceExportRequested, InvoiceWithdrawalRequested),
}
