"""What each list can be sorted by, for the OpenAPI document."""

from services.rating.store import (
    attachments,
    billing_profiles,
    charges,
    commission_payments,
    commissions,
    customers,
    draft_invoices,
    imports,
    open_rollup_invoices,
    rating_runs,
    ratings,
    ready_to_export,
    work_in_progress,
    work_order_services,
    work_orders,
)
from services.rating.store.exports import hand_overs
from services.rating.store.exports import runs as export_runs

SORTINGS = {
    "list_attachments": attachments.SORTING,
    "list_billing_profiles": billing_profiles.SORTING,
    "list_charges": charges.CHARGE_SORTING,
    "list_commission_payments": commission_payments.SORTING,
    "list_commission_periods": commission_payments.PERIOD_SORTING,
    "list_commissions": commissions.SORTING,
    "list_customers": customers.SORTING,
    "list_export_invoices": export_runs.INVOICE_SORTING,
    "list_exports": export_runs.RUN_SORTING,
    "list_hand_overs": hand_overs.SORTING,
    "list_open_rollup_invoices": open_rollup_invoices.SORTING,
    "list_imports": imports.SORTING,
    "list_orders_ready_to_export": ready_to_export.SORTING,
    "list_prebills": charges.PREBILL_SORTING,
    "list_rating_invoices": draft_invoices.SORTING,
    "list_rating_results": rating_runs.RESULT_SORTING,
    "list_rating_runs": rating_runs.RUN_SORTING,
    "list_ratings": ratings.SORTING,
    "list_work_in_progress": work_in_progress.SORTING,
    "list_work_order_entries": work_orders.SORTING,
    "list_work_order_services": work_order_services.SORTING,
    "list_work_orders": work_orders.SORTING,
    # The servers are sorted by the same field.
    "summarize_work_in_progress": work_in_progress.CUSTOMER_SORTING,
}
"""By the operation id of the list; records declare theirs themselves."""
