"""What each list can be sorted by, for the OpenAPI document."""

from services.receivables.store import (
    batches,
    credit_requests,
    customers,
    invoice_emails,
    invoice_templates,
    invoices,
    misc_distributions,
    month_reopenings,
    reconciliation_runs,
    transactions,
)
from services.receivables.store.entries import rows as entry_rows
from services.receivables.store.invoice_prints import printings

SORTINGS = {
    "list_batches": batches.SORTING,
    "list_credit_requests": credit_requests.SORTING,
    "list_customers": customers.SORTING,
    "list_entries": entry_rows.SORTING,
    "list_findings": batches.FINDING_SORTING,
    "list_invoice_emails": invoice_emails.SORTING,
    "list_invoice_templates": invoice_templates.SORTING,
    "list_invoices": invoices.SORTING,
    "list_misc_distributions": misc_distributions.SORTING,
    "list_month_reopenings": month_reopenings.SORTING,
    "list_printings": printings.SORTING,
    "list_reconciliation_runs": reconciliation_runs.RUN_SORTING,
    "list_run_differences": reconciliation_runs.DIFFERENCE_SORTING,
    "list_transactions": transactions.SORTING,
    "read_account": customers.OPEN_ITEM_SORTING,
}
"""By the operation id of the list; records declare theirs themselves."""
