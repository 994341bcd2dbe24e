"""Features and levels in words, as a page for administrators shows them."""

from collections.abc import Mapping

from shared.access.grants import LevelWord

FEATURES: Mapping[str, str] = {
    "operations.status": "See how the suite is, and handle messages again",
    "rating.attachments": "Files attached to work orders",
    "rating.audit": "See who did what in rating",
    "rating.commissions": "Commissions of servers",
    "rating.export": "Export rated work orders",
    "rating.proof": "Proofs of delivery",
    "rating.rate_tables": "Rate tables and their codes",
    "rating.rating": "Rate work orders",
    "rating.reconciliation": "Reconcile rating",
    "rating.rollup": "Draft invoices and roll-ups",
    "rating.wip": "Work in progress",
    "rating.work_orders": "Work orders",
    "receivables.accounts": "What customers owe",
    "receivables.audit": "See who did what in receivables",
    "receivables.batches": "Batches and their entries",
    "receivables.credits": "Credit invoices",
    "receivables.customers": "Customers",
    "receivables.invoices": "Invoices: read, print and send them",
    "receivables.month_reopening": "Reopen months",
    "receivables.months": "Months: see and close them",
    "receivables.posting": "Post batches",
    "receivables.reconciliation": "Reconcile receivables",
    "receivables.setup": "Setup of receivables",
    "receivables.write_offs": "Write off invoices",
    "security.audit": "See who did what in security",
    "security.denials": "Report denials, for gateways",
    "security.groups": "Groups and what they grant",
    "security.permission_table": "Read the permission table, for gateways",
    "security.service_accounts": "Accounts of other systems",
    "security.users": "Users and their sessions",
}
LEVELS: Mapping[LevelWord, str] = {
    "view": "See",
    "edit": "Enter and change",
    "approve": "Approve",
    "admin": "Administer",
}
