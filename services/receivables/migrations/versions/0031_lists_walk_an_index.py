"""Each filter and order of invoices and of posted transactions walks an index of its own."""

from alembic import op

revision = "0031"
down_revision = "0030"

_STATUS = "status_of_invoice(open, amended, credited, written_off, deleted)"
_INDEXES = (
    f"invoice_balance_status ON invoice_balance ({_STATUS}, invoice_id)",
    "invoice_balance_source ON invoice_balance (source, invoice_id)",
    "invoice_balance_receivable_type ON invoice_balance (receivable_type, invoice_id)",
    "invoice_balance_open_amount ON invoice_balance (open, invoice_id)",
    "invoice_balance_overdue ON invoice_balance (due_on, invoice_id) WHERE open <> 0",
    "ar_transaction_month ON ar_transaction (month, id)",
    "ar_transaction_type ON ar_transaction (type, id)",
    "ar_transaction_invoice_date ON ar_transaction (invoice_date, id)",
    "ar_transaction_posted_by ON ar_transaction (lower(posted_by), id)",
    "customer_words ON customer USING gin (number gin_trgm_ops, name gin_trgm_ops, sort_name gin_trgm_ops)",
)


def upgrade() -> None:
    with op.get_context().autocommit_block():
        for index in _INDEXES:
            op.execute(f"CREATE INDEX CONCURRENTLY {index}")
