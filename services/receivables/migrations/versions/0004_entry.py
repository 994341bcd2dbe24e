"""Entry: batches with their entries, lines, misc. distributions and findings, and what posted rows keep of them."""

from alembic import op

from shared.events import ddl

revision = "0004"
down_revision = "0003"

RUNTIME = "receivables_runtime"

_BATCH = """
ALTER TABLE batch DROP CONSTRAINT batch_status_check;
ALTER TABLE batch
    ADD CONSTRAINT batch_status_check CHECK (status IN ('open', 'validating', 'errors', 'warnings', 'valid',
                                                        'awaiting_approval', 'posting', 'posted', 'cancelled')),
    ADD restricted boolean NOT NULL DEFAULT false,
    ADD revision int NOT NULL DEFAULT 1,
    ADD sent_by text,
    ADD claimed_by text,
    ADD claimed_at timestamptz;
CREATE INDEX batch_in_work ON batch (id) WHERE status IN ('validating', 'posting');
CREATE INDEX batch_month ON batch (ar_company, month, status)
"""

_POSTED = """
ALTER TABLE ar_transaction DROP CONSTRAINT ar_transaction_check1;
ALTER TABLE ar_transaction
    ADD action text NOT NULL DEFAULT 'add' CHECK (action IN ('add', 'change', 'delete', 'undo')),
    ADD changes_id bigint REFERENCES ar_transaction,
    ADD number_typed boolean NOT NULL DEFAULT false,
    ADD contract text COLLATE "C",
    ADD description text NOT NULL DEFAULT '',
    ADD purchase_order text NOT NULL DEFAULT '',
    ADD pay_terms text COLLATE "C",
    ADD discount_on date,
    ADD CONSTRAINT ar_transaction_applies CHECK ((type = 'invoice' AND action = 'add') = (applies_to_id IS NULL)),
    ADD CONSTRAINT ar_transaction_changes CHECK ((action = 'add') = (changes_id IS NULL));
CREATE INDEX ar_transaction_changes_id ON ar_transaction (changes_id) WHERE changes_id IS NOT NULL;
CREATE INDEX ar_transaction_typed_number ON ar_transaction (ar_company, invoice_number) WHERE number_typed;
CREATE INDEX ar_transaction_normal_number ON ar_transaction (ar_company, lower(btrim(invoice_number)));
ALTER TABLE ar_line DROP CONSTRAINT ar_line_applies_to_id_applies_to_line_fkey;
ALTER TABLE ar_line
    ADD FOREIGN KEY (applies_to_id) REFERENCES ar_transaction,
    ADD reverses boolean NOT NULL DEFAULT false,
    ADD line_type text NOT NULL DEFAULT 'other' CHECK (line_type IN ('contract', 'material', 'other')),
    ADD tax_code text COLLATE "C",
    ADD tax_basis numeric(18, 2) NOT NULL DEFAULT 0,
    ADD tax_account text COLLATE "C",
    ADD retainage_percent numeric(18, 5) NOT NULL DEFAULT 0,
    ADD retainage numeric(18, 2) NOT NULL DEFAULT 0,
    ADD retainage_account text COLLATE "C",
    ADD retainage_tax numeric(18, 2) NOT NULL DEFAULT 0,
    ADD retainage_tax_account text COLLATE "C",
    ADD finance_charge numeric(18, 2) NOT NULL DEFAULT 0,
    ADD charge_account text COLLATE "C",
    ADD charge_counter_account text COLLATE "C",
    ADD discount numeric(18, 2) NOT NULL DEFAULT 0,
    ADD tax_discount numeric(18, 2) NOT NULL DEFAULT 0,
    ADD contract_item text COLLATE "C",
    ADD contract_units numeric(15, 3) NOT NULL DEFAULT 0,
    ADD material text COLLATE "C",
    ADD um text COLLATE "C";
CREATE TABLE ar_misc_distribution (
    transaction_id bigint NOT NULL REFERENCES ar_transaction,
    row int NOT NULL,
    code text COLLATE "C" NOT NULL,
    description text NOT NULL,
    distributed_on date NOT NULL,
    amount numeric(18, 2) NOT NULL,
    PRIMARY KEY (transaction_id, row)
);
CREATE TABLE skipped_number (
    ar_company int NOT NULL REFERENCES ar_company,
    number bigint NOT NULL,
    PRIMARY KEY (ar_company, number)
)
"""

_ENTRIES = """
CREATE TABLE batch_entry (
    batch_id bigint NOT NULL REFERENCES batch,
    seq int NOT NULL CHECK (seq > 0),
    revision int NOT NULL DEFAULT 1,
    action text NOT NULL DEFAULT 'add' CHECK (action IN ('add', 'change', 'delete', 'undo')),
    type text NOT NULL CHECK (type IN ('invoice', 'adjustment', 'credit_memo', 'write_off')),
    customer_id bigint NOT NULL REFERENCES customer,
    contract text COLLATE "C",
    receivable_type int NOT NULL,
    invoice_number text COLLATE "C",
    number_typed boolean NOT NULL,
    apply_to_id bigint REFERENCES ar_transaction,
    description text NOT NULL DEFAULT '',
    purchase_order text NOT NULL DEFAULT '',
    invoice_date date NOT NULL,
    pay_terms text COLLATE "C",
    due_on date NOT NULL,
    discount_on date,
    disposition text CHECK (disposition IN ('rerate', 'close')),
    reason text NOT NULL DEFAULT '',
    branch text COLLATE "C",
    rating_invoice_id bigint,
    rating_attempt int,
    changes_id bigint REFERENCES ar_transaction,
    last_line int NOT NULL DEFAULT 0,
    posted boolean NOT NULL DEFAULT false,
    entered_by text NOT NULL,
    entered_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (batch_id, seq),
    CHECK ((action = 'add') = (changes_id IS NULL)),
    CHECK ((type = 'invoice') = (apply_to_id IS NULL))
);
CREATE UNIQUE INDEX batch_entry_held ON batch_entry (changes_id) WHERE changes_id IS NOT NULL AND NOT posted;
CREATE INDEX batch_entry_apply_to ON batch_entry (apply_to_id) WHERE apply_to_id IS NOT NULL AND NOT posted;
CREATE INDEX batch_entry_number ON batch_entry (lower(btrim(invoice_number))) WHERE invoice_number IS NOT NULL AND NOT posted;
CREATE INDEX batch_entry_customer ON batch_entry (customer_id) WHERE NOT posted;
CREATE UNIQUE INDEX batch_entry_rating_invoice ON batch_entry (rating_invoice_id) WHERE rating_invoice_id IS NOT NULL;
CREATE TABLE batch_line (
    batch_id bigint NOT NULL,
    seq int NOT NULL,
    line int NOT NULL CHECK (line > 0),
    line_type text NOT NULL CHECK (line_type IN ('contract', 'material', 'other')),
    apply_line int,
    invoice_line int,
    description text NOT NULL,
    gl_account text COLLATE "C" NOT NULL,
    contract_item text COLLATE "C",
    contract_units numeric(15, 3) NOT NULL DEFAULT 0,
    material text COLLATE "C",
    um text COLLATE "C",
    units numeric(15, 3) NOT NULL DEFAULT 0,
    unit_price numeric(18, 5) NOT NULL DEFAULT 0,
    tax_code text COLLATE "C",
    tax_basis numeric(18, 2) NOT NULL DEFAULT 0,
    tax numeric(18, 2) NOT NULL DEFAULT 0,
    amount numeric(18, 2) NOT NULL,
    retainage_percent numeric(18, 5) NOT NULL DEFAULT 0,
    retainage numeric(18, 2) NOT NULL DEFAULT 0,
    retainage_tax numeric(18, 2) NOT NULL DEFAULT 0,
    finance_charge numeric(18, 2) NOT NULL DEFAULT 0,
    discount numeric(18, 2) NOT NULL DEFAULT 0,
    tax_discount numeric(18, 2) NOT NULL DEFAULT 0,
    work_order_id bigint,
    work_order_number text COLLATE "C",
    work_order_version int,
    work_order_attempt int,
    PRIMARY KEY (batch_id, seq, line),
    FOREIGN KEY (batch_id, seq) REFERENCES batch_entry ON DELETE CASCADE
);
CREATE TABLE batch_misc_distribution (
    batch_id bigint NOT NULL,
    seq int NOT NULL,
    row int NOT NULL CHECK (row > 0),
    code text COLLATE "C" NOT NULL,
    description text NOT NULL,
    distributed_on date NOT NULL,
    amount numeric(18, 2) NOT NULL,
    PRIMARY KEY (batch_id, seq, row),
    FOREIGN KEY (batch_id, seq) REFERENCES batch_entry ON DELETE CASCADE
);
CREATE TABLE batch_finding (
    batch_id bigint NOT NULL REFERENCES batch,
    position int NOT NULL,
    seq int NOT NULL,
    line int,
    field text NOT NULL,
    rule text NOT NULL,
    severity text NOT NULL CHECK (severity IN ('error', 'warning')),
    detail text NOT NULL,
    PRIMARY KEY (batch_id, position)
)
"""


def upgrade() -> None:
    for script in (_BATCH, _POSTED, _ENTRIES):
        for statement in script.split(";\n"):
            op.execute(statement)
    for table in ("batch_entry", "batch_line", "batch_misc_distribution"):
        op.execute(f"GRANT UPDATE, DELETE ON {table} TO {RUNTIME}")
    op.execute(f"GRANT DELETE ON batch_finding TO {RUNTIME}")
    # A batch that is sent to be validated or posted is work for jobs.
    for statement in ddl.bell_v1():
        op.execute(statement)
    op.execute(
        # For rows, not statements: a job that looks with an UPDATE and finds nothing would wake itself, for ever.
        "CREATE TRIGGER ring_bell AFTER UPDATE OF status ON batch FOR EACH ROW "
        "WHEN (new.status IN ('validating', 'posting')) EXECUTE FUNCTION ring_bell()"
    )
