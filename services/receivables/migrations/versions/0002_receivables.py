"""AR companies, customers, posted transactions with their GL distributions, and the outcomes of exports."""

from alembic import op

revision = "0002"
down_revision = "0001"

RUNTIME = "receivables_runtime"

_SETUP = """
CREATE TABLE gl_account (
    gl_company int NOT NULL,
    account text COLLATE "C" NOT NULL,
    name text NOT NULL,
    active boolean NOT NULL DEFAULT true,
    PRIMARY KEY (gl_company, account)
);
CREATE TABLE ar_company (
    number int PRIMARY KEY CHECK (number BETWEEN 1 AND 9999),
    name text NOT NULL,
    address text NOT NULL DEFAULT '',
    gl_company int NOT NULL,
    currency text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
    default_receivable_type int NOT NULL,
    last_closed_month text COLLATE "C" NOT NULL CHECK (last_closed_month ~ '^[0-9]{4}-(0[1-9]|1[0-2])$'),
    max_open_months int NOT NULL CHECK (max_open_months BETWEEN 2 AND 24),
    revision int NOT NULL DEFAULT 1
);
CREATE TABLE receivable_type (
    ar_company int NOT NULL REFERENCES ar_company,
    type int NOT NULL CHECK (type BETWEEN 0 AND 255),
    description text NOT NULL,
    ar_account text COLLATE "C" NOT NULL,
    revenue_account text COLLATE "C" NOT NULL,
    retainage_account text COLLATE "C" NOT NULL,
    discount_account text COLLATE "C" NOT NULL,
    write_off_account text COLLATE "C" NOT NULL,
    finance_charge_revenue_account text COLLATE "C" NOT NULL,
    finance_charge_receivable_account text COLLATE "C" NOT NULL,
    finance_charge_write_off_account text COLLATE "C" NOT NULL,
    PRIMARY KEY (ar_company, type)
);
CREATE TABLE number_series (
    ar_company int NOT NULL REFERENCES ar_company,
    series text COLLATE "C" NOT NULL,
    last_number bigint NOT NULL,
    PRIMARY KEY (ar_company, series)
);
CREATE TABLE customer (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    ar_company int NOT NULL REFERENCES ar_company,
    number text COLLATE "C" NOT NULL,
    name text NOT NULL,
    sort_name text NOT NULL,
    status text NOT NULL CHECK (status IN ('active', 'hold', 'inactive')),
    address text NOT NULL DEFAULT '',
    email text NOT NULL DEFAULT '',
    customer_type text COLLATE "C" NOT NULL,
    receivable_type int,
    credit_limit numeric(18, 2),
    version int NOT NULL DEFAULT 1,
    UNIQUE (ar_company, number),
    FOREIGN KEY (ar_company, receivable_type) REFERENCES receivable_type
)
"""

_POSTED = """
CREATE TABLE batch (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    ar_company int NOT NULL REFERENCES ar_company,
    month text COLLATE "C" NOT NULL,
    number bigint NOT NULL,
    source text NOT NULL CHECK (source IN ('ar_invoice', 'rating', 'receipts', 'finance_charge', 'write_off', 'retainage')),
    status text NOT NULL CHECK (status IN ('open', 'posting', 'posted', 'cancelled')),
    run_id bigint,
    last_seq int NOT NULL DEFAULT 0,
    created_by text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    UNIQUE (ar_company, month, number)
);
CREATE UNIQUE INDEX batch_rating_run ON batch (ar_company, month, run_id) WHERE source = 'rating';
CREATE TABLE ar_transaction (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    ar_company int NOT NULL REFERENCES ar_company,
    month text COLLATE "C" NOT NULL,
    number bigint NOT NULL,
    batch_id bigint NOT NULL REFERENCES batch,
    seq int NOT NULL,
    type text NOT NULL CHECK (type IN ('invoice', 'adjustment', 'credit_memo', 'write_off')),
    customer_id bigint NOT NULL REFERENCES customer,
    invoice_number text COLLATE "C" NOT NULL,
    receivable_type int NOT NULL,
    ar_account text COLLATE "C" NOT NULL,
    invoice_date date NOT NULL,
    due_on date NOT NULL,
    branch text COLLATE "C",
    net numeric(18, 2) NOT NULL,
    tax numeric(18, 2) NOT NULL,
    total numeric(18, 2) NOT NULL CHECK (total = net + tax),
    gl_rows int NOT NULL CHECK (gl_rows >= 0),
    applies_to_id bigint REFERENCES ar_transaction,
    rating_invoice_id bigint,
    rating_attempt int,
    disposition text CHECK (disposition IN ('rerate', 'close')),
    reason text NOT NULL DEFAULT '',
    posted_by text NOT NULL,
    posted_at timestamptz NOT NULL DEFAULT now(),
    UNIQUE (ar_company, month, number),
    UNIQUE (batch_id, seq),
    FOREIGN KEY (ar_company, receivable_type) REFERENCES receivable_type,
    CHECK ((type = 'invoice') = (applies_to_id IS NULL))
);
CREATE UNIQUE INDEX ar_transaction_rating_invoice ON ar_transaction (rating_invoice_id)
    WHERE rating_invoice_id IS NOT NULL;
CREATE INDEX ar_transaction_customer_id ON ar_transaction (customer_id, id);
CREATE INDEX ar_transaction_applies_to_id ON ar_transaction (applies_to_id) WHERE applies_to_id IS NOT NULL;
CREATE INDEX ar_transaction_invoice_number ON ar_transaction (ar_company, invoice_number);
CREATE TABLE ar_line (
    transaction_id bigint NOT NULL REFERENCES ar_transaction,
    line int NOT NULL,
    description text NOT NULL,
    gl_account text COLLATE "C" NOT NULL,
    quantity numeric(15, 3) NOT NULL,
    unit_rate numeric(18, 5) NOT NULL,
    amount numeric(18, 2) NOT NULL,
    tax numeric(18, 2) NOT NULL,
    taxable boolean NOT NULL,
    work_order_id bigint,
    work_order_number text COLLATE "C",
    work_order_version int,
    work_order_attempt int,
    applies_to_id bigint,
    applies_to_line int,
    PRIMARY KEY (transaction_id, line),
    FOREIGN KEY (applies_to_id, applies_to_line) REFERENCES ar_line
);
CREATE INDEX ar_line_applies_to ON ar_line (applies_to_id, applies_to_line) WHERE applies_to_id IS NOT NULL;
CREATE INDEX ar_line_work_order_id ON ar_line (work_order_id) WHERE work_order_id IS NOT NULL;
CREATE TABLE gl_distribution (
    transaction_id bigint NOT NULL,
    position int NOT NULL,
    line int NOT NULL,
    gl_company int NOT NULL,
    month text COLLATE "C" NOT NULL,
    account text COLLATE "C" NOT NULL,
    debit numeric(18, 2) NOT NULL CHECK (debit >= 0),
    credit numeric(18, 2) NOT NULL CHECK (credit >= 0),
    PRIMARY KEY (transaction_id, position),
    CHECK ((debit = 0) <> (credit = 0)),
    FOREIGN KEY (transaction_id, line) REFERENCES ar_line,
    FOREIGN KEY (gl_company, account) REFERENCES gl_account
);
CREATE INDEX gl_distribution_account ON gl_distribution (gl_company, account, month)
"""

_EXPORTS = """
CREATE TABLE export_outcome (
    invoice_id bigint NOT NULL,
    attempt int NOT NULL,
    run_id bigint NOT NULL,
    ar_company int NOT NULL,
    outcome text NOT NULL CHECK (outcome IN ('booked', 'refused', 'withdrawn')),
    reason text NOT NULL,
    detail text NOT NULL,
    decided_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (invoice_id, attempt)
);
CREATE TABLE export_outcome_order (
    work_order_id bigint NOT NULL,
    version int NOT NULL,
    attempt int NOT NULL,
    invoice_id bigint NOT NULL,
    invoice_attempt int NOT NULL,
    booked boolean NOT NULL,
    PRIMARY KEY (work_order_id, version, attempt),
    FOREIGN KEY (invoice_id, invoice_attempt) REFERENCES export_outcome
);
CREATE UNIQUE INDEX export_outcome_order_booked_once ON export_outcome_order (work_order_id, version) WHERE booked;
CREATE INDEX export_outcome_order_invoice ON export_outcome_order (invoice_id, invoice_attempt);
CREATE TABLE rated_order (
    work_order_id bigint PRIMARY KEY,
    number text COLLATE "C" NOT NULL,
    revision int NOT NULL,
    rating_version int NOT NULL,
    state text NOT NULL CHECK (state IN ('rated', 'removed')),
    ar_company int NOT NULL,
    branch text COLLATE "C" NOT NULL,
    customer text COLLATE "C" NOT NULL,
    bill_to text COLLATE "C" NOT NULL,
    total numeric(18, 2) NOT NULL,
    rated_at timestamptz NOT NULL
);
CREATE INDEX rated_order_bill_to ON rated_order (ar_company, bill_to) WHERE state = 'rated'
"""

# The rows of a posting are added up once and then held against their transactions; a LIMIT here would make the planner
# read them again for every transaction. A posting cannot be altered later: a further row would need a position that is
# taken, or make another number of rows than the transaction says.
_POSTING_CHECK = """
CREATE FUNCTION check_posting() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    unbalanced text;
    altered text;
    closed text;
BEGIN
    SELECT min(document || format(': debit %s, credit %s', debit, credit)) FILTER (WHERE debit <> credit),
           min(document || format(': %s rows instead of %s', rows, gl_rows)) FILTER (WHERE rows <> gl_rows OR month <> own_month),
           min(document) FILTER (WHERE own_month <= last_closed_month)
    INTO unbalanced, altered, closed
    FROM (
        SELECT format('transaction %s of %s, company %s', t.number, t.month, t.ar_company) AS document, t.gl_rows,
               t.month AS own_month, c.last_closed_month, added.debit, added.credit, added.rows, added.month
        FROM (
            SELECT transaction_id, sum(debit) AS debit, sum(credit) AS credit, count(*) AS rows, max(month) AS month
            FROM posted GROUP BY transaction_id
        ) AS added
        JOIN ar_transaction t ON t.id = added.transaction_id
        JOIN ar_company c ON c.number = t.ar_company
    ) AS checked;
    IF unbalanced IS NOT NULL THEN
        RAISE EXCEPTION 'unbalanced posting: %', unbalanced
            USING ERRCODE = 'check_violation', CONSTRAINT = 'posting_balanced';
    ELSIF altered IS NOT NULL THEN
        RAISE EXCEPTION 'altered posting: %', altered
            USING ERRCODE = 'check_violation', CONSTRAINT = 'posting_unaltered';
    ELSIF closed IS NOT NULL THEN
        RAISE EXCEPTION 'posting into a closed month: %', closed
            USING ERRCODE = 'check_violation', CONSTRAINT = 'posting_month_open';
    END IF;
    RETURN NULL;
END $$
"""

_UPDATED = ("gl_account", "ar_company", "receivable_type", "number_series", "customer", "batch", "rated_order")


def upgrade() -> None:
    for script in (_SETUP, _POSTED, _EXPORTS):
        for statement in script.split(";\n"):
            op.execute(statement)
    op.execute(_POSTING_CHECK)
    # A statement trigger sees all rows of the posting at once; checked row by row it would cost five times as much.
    op.execute(
        """
        CREATE TRIGGER check_posting AFTER INSERT ON gl_distribution
        REFERENCING NEW TABLE AS posted FOR EACH STATEMENT EXECUTE FUNCTION check_posting()
        """
    )
    for table in _UPDATED:
        op.execute(f"GRANT UPDATE ON {table} TO {RUNTIME}")
