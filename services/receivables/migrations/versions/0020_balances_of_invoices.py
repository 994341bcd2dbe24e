"""What is open of each invoice is kept beside it, so that a list costs what it shows and an account what is open."""

from alembic import op

revision = "0020"
down_revision = "0019"

RUNTIME = "receivables_runtime"

_TABLE = """
CREATE TABLE invoice_balance (
    invoice_id bigint PRIMARY KEY,
    version_id bigint NOT NULL,
    ar_company int NOT NULL,
    customer_id bigint NOT NULL,
    customer text COLLATE "C" NOT NULL,
    branch text COLLATE "C",
    month text COLLATE "C" NOT NULL,
    number text COLLATE "C" NOT NULL,
    invoice_date date NOT NULL,
    due_on date NOT NULL,
    total numeric(24, 2) NOT NULL,
    open numeric(24, 2) NOT NULL,
    credited numeric(24, 2) NOT NULL DEFAULT 0,
    written_off numeric(24, 2) NOT NULL DEFAULT 0,
    amended int NOT NULL DEFAULT 0,
    deleted boolean NOT NULL DEFAULT false
)
"""
_INDEXES = (
    "invoice_balance_open ON invoice_balance (customer_id, due_on, invoice_id) INCLUDE (open) WHERE open <> 0",
    "invoice_balance_customer ON invoice_balance (customer, invoice_id)",
    "invoice_balance_month ON invoice_balance (month, invoice_id)",
    "invoice_balance_branch ON invoice_balance (branch, invoice_id)",
    "invoice_balance_number ON invoice_balance (number, invoice_id)",
    "invoice_balance_invoice_date ON invoice_balance (invoice_date, invoice_id)",
    "invoice_balance_due_on ON invoice_balance (due_on, invoice_id)",
    "invoice_balance_total ON invoice_balance (total, invoice_id)",
    "invoice_balance_search ON invoice_balance USING gin (number gin_trgm_ops)",
)

# Amendments of an invoice are posted one after the other (store/applied.hold), so their updates do not wait in a circle.
_KEEP = """
CREATE FUNCTION keep_invoice_balance() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO invoice_balance (invoice_id, version_id, ar_company, customer_id, customer, branch, month, number,
                                 invoice_date, due_on, total, open)
    SELECT p.id, p.id, p.ar_company, p.customer_id, c.number, p.branch, p.month, p.invoice_number,
           p.invoice_date, p.due_on, p.total, p.total
    FROM posted p JOIN customer c ON c.id = p.customer_id
    WHERE p.type = 'invoice' AND p.action = 'add'
    ORDER BY p.id;
    UPDATE invoice_balance b
    SET total = b.total + s.changed, open = b.open + s.moved, credited = b.credited + s.credited,
        written_off = b.written_off + s.written_off, amended = b.amended + s.amended, deleted = b.deleted OR s.deleted
    FROM (
        SELECT p.applies_to_id, count(*) AS amended, sum(p.total) AS moved,
               coalesce(sum(p.total) FILTER (WHERE p.type = 'invoice'), 0) AS changed,
               coalesce(sum(p.total) FILTER (WHERE p.type = 'credit_memo'), 0) AS credited,
               coalesce(sum(p.total) FILTER (WHERE p.type = 'write_off'), 0) AS written_off,
               coalesce(bool_or(p.changes_id = p.applies_to_id AND p.action = 'delete'), false) AS deleted
        FROM posted p WHERE p.applies_to_id IS NOT NULL GROUP BY p.applies_to_id
    ) AS s
    WHERE b.invoice_id = s.applies_to_id;
    UPDATE invoice_balance b SET version_id = v.id, invoice_date = v.invoice_date, due_on = v.due_on
    FROM (
        SELECT DISTINCT ON (p.changes_id) p.* FROM posted p WHERE p.action = 'change' ORDER BY p.changes_id, p.id DESC
    ) AS v
    WHERE b.invoice_id = v.changes_id;
    RETURN NULL;
END $$
"""


def upgrade() -> None:
    op.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
    op.execute(_TABLE)
    for index in _INDEXES:
        op.execute(f"CREATE INDEX {index}")
    op.execute(_KEEP)
    op.execute(
        """
        CREATE TRIGGER keep_invoice_balance AFTER INSERT ON ar_transaction
        REFERENCING NEW TABLE AS posted FOR EACH STATEMENT EXECUTE FUNCTION keep_invoice_balance()
        """
    )
    op.execute(f"GRANT UPDATE ON invoice_balance TO {RUNTIME}")
