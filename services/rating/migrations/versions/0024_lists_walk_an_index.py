"""Each list walks an index of its own, and a search finds part of a number without reading every order."""

from alembic import op

revision = "0024"
down_revision = "0023"

_ACTIVE = "status IN ('open', 'rated', 'assigned', 'exporting')"
_INDEXES = (
    "work_order_bill_to ON work_order (bill_to, id)",
    "work_order_customer ON work_order (customer, id)",
    "work_order_branch ON work_order (branch, id)",
    "work_order_status ON work_order (status, id) INCLUDE (total)",
    "work_order_service_on ON work_order (service_on, id)",
    f"work_order_active ON work_order (service_on, id) INCLUDE (number) WHERE {_ACTIVE}",
    f"work_order_active_customer ON work_order (customer, id) WHERE {_ACTIVE}",
    "work_order_waiting_bill_to ON work_order (bill_to, id) WHERE status IN ('rated', 'assigned', 'exporting')",
    "work_order_on_rollup ON work_order (bill_to, id) WHERE on_rollup",
    "work_order_words ON work_order USING gin (number gin_trgm_ops, reference gin_trgm_ops)",
    "invoice_bill_to ON invoice (bill_to, id)",
    "invoice_branch ON invoice (branch, id)",
    "commission_server ON commission (server, id)",
    "commission_accrued ON commission (server, id) WHERE payable_at IS NULL",
)


def upgrade() -> None:
    # The owner of the database may create it: it is one of the extensions that PostgreSQL trusts.
    op.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
    with op.get_context().autocommit_block():
        for index in _INDEXES:
            op.execute(f"CREATE INDEX CONCURRENTLY {index}")
