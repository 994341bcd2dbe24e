"""Roll-up rules and draft rollup invoices, what orders are grouped by, and orders closed without an invoice."""

from alembic import op

revision = "0005"
down_revision = "0004"

RUNTIME = "rating_runtime"

_ORDERS = """
ALTER TABLE work_order
    ADD matter text COLLATE "C" NOT NULL DEFAULT '',
    ADD attorney text COLLATE "C" NOT NULL DEFAULT '';
CREATE TABLE order_closing (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    work_order_id bigint NOT NULL REFERENCES work_order,
    action text NOT NULL CHECK (action IN ('zero_bill', 'reopen')),
    reason text NOT NULL,
    done_by text NOT NULL,
    done_at timestamptz NOT NULL
);
CREATE INDEX order_closing_work_order_id ON order_closing (work_order_id)
"""

_INVOICES = """
CREATE TABLE rollup_rule (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    ar_company int NOT NULL,
    bill_to text COLLATE "C" NOT NULL,
    style text NOT NULL CHECK (style IN ('single', 'rollup')),
    grouping text NOT NULL CHECK (grouping IN ('none', 'matter', 'attorney')),
    cycle text CHECK (cycle IN ('weekly', 'monthly')),
    revision int NOT NULL DEFAULT 1,
    CONSTRAINT rollup_rule_customer UNIQUE (ar_company, bill_to),
    CHECK (CASE style WHEN 'rollup' THEN cycle IS NOT NULL ELSE cycle IS NULL AND grouping = 'none' END)
);
ALTER TABLE invoice
    ADD grouping text NOT NULL DEFAULT 'none' CHECK (grouping IN ('none', 'matter', 'attorney')),
    ADD grouped_by text COLLATE "C" NOT NULL DEFAULT '',
    ADD cycle_from date,
    ADD cycle_to date CHECK (cycle_to >= cycle_from),
    ADD made_by text NOT NULL DEFAULT '',
    ADD revision int NOT NULL DEFAULT 1,
    ADD CHECK ((cycle_from IS NULL) = (cycle_to IS NULL)),
    ADD CHECK (kind = 'rollup' OR grouping = 'none' AND cycle_from IS NULL);
CREATE INDEX invoice_draft ON invoice (branch, bill_to) WHERE status = 'draft'
"""


def upgrade() -> None:
    for script in (_ORDERS, _INVOICES):
        for statement in script.split(";\n"):
            op.execute(statement)
    op.execute(f"GRANT UPDATE ON rollup_rule TO {RUNTIME}")
