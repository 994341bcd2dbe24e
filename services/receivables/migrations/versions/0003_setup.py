"""Setup: the parameters of AR companies, customers' terms and taxes, contracts, job billings, and the codes of entry."""

from alembic import op

revision = "0003"
down_revision = "0002"

RUNTIME = "receivables_runtime"

_COMPANY = """
ALTER TABLE gl_account ADD revision int NOT NULL DEFAULT 1;
ALTER TABLE receivable_type ADD retired_on date, ADD revision int NOT NULL DEFAULT 1;
ALTER TABLE ar_company
    ADD auto_number_invoices boolean NOT NULL DEFAULT true,
    ADD allow_receivable_type_override boolean NOT NULL DEFAULT false,
    ADD discount_mode text NOT NULL DEFAULT 'none'
        CHECK (discount_mode IN ('none', 'invoices_and_receipts', 'receipts_only')),
    ADD allow_tax_discount boolean NOT NULL DEFAULT false,
    ADD post_taxes boolean NOT NULL DEFAULT true,
    ADD tax_on_retainage text NOT NULL DEFAULT 'full' CHECK (tax_on_retainage IN ('full', 'distribute', 'off')),
    ADD allow_soft_closed_contracts boolean NOT NULL DEFAULT false,
    ADD allow_contract_account_override boolean NOT NULL DEFAULT false,
    ADD customers_on_hold text NOT NULL DEFAULT 'warn' CHECK (customers_on_hold IN ('warn', 'refuse')),
    ADD finance_charge_wording text NOT NULL DEFAULT 'Finance charge',
    ADD finance_charge_percent numeric(18, 5) NOT NULL DEFAULT 0 CHECK (finance_charge_percent BETWEEN 0 AND 100),
    ADD finance_charge_receivable_type int CHECK (finance_charge_receivable_type BETWEEN 0 AND 255),
    ADD gl_interface_level text NOT NULL DEFAULT 'line'
        CHECK (gl_interface_level IN ('summary', 'transaction', 'line')),
    ADD cash_account text COLLATE "C",
    ADD exported_invoices text NOT NULL DEFAULT 'post' CHECK (exported_invoices IN ('post', 'batch')),
    ADD four_eyes_limit numeric(18, 2) CHECK (four_eyes_limit >= 0);
CREATE TABLE company_logo (
    ar_company int PRIMARY KEY REFERENCES ar_company,
    content bytea NOT NULL
)
"""

_CODES = """
CREATE TABLE pay_terms (
    ar_company int NOT NULL REFERENCES ar_company,
    code text COLLATE "C" NOT NULL,
    description text NOT NULL,
    due_days int CHECK (due_days BETWEEN 0 AND 999),
    due_day int CHECK (due_day BETWEEN 1 AND 31),
    discount_days int CHECK (discount_days BETWEEN 0 AND 999),
    discount_day int CHECK (discount_day BETWEEN 1 AND 31),
    cutoff_day int CHECK (cutoff_day BETWEEN 1 AND 31),
    roll_months int NOT NULL DEFAULT 1 CHECK (roll_months BETWEEN 1 AND 3),
    discount_percent numeric(18, 5) NOT NULL DEFAULT 0 CHECK (discount_percent BETWEEN 0 AND 100),
    retired_on date,
    revision int NOT NULL DEFAULT 1,
    PRIMARY KEY (ar_company, code),
    CHECK (due_days IS NULL OR due_day IS NULL),
    CHECK (discount_days IS NULL OR discount_day IS NULL)
);
CREATE TABLE tax_code (
    ar_company int NOT NULL REFERENCES ar_company,
    code text COLLATE "C" NOT NULL,
    description text NOT NULL,
    rate numeric(18, 5) NOT NULL CHECK (rate BETWEEN 0 AND 100),
    tax_payable_account text COLLATE "C" NOT NULL,
    retainage_tax_account text COLLATE "C" NOT NULL,
    retired_on date,
    revision int NOT NULL DEFAULT 1,
    PRIMARY KEY (ar_company, code)
);
CREATE TABLE material (
    ar_company int NOT NULL REFERENCES ar_company,
    code text COLLATE "C" NOT NULL,
    description text NOT NULL,
    um text COLLATE "C" NOT NULL,
    unit_price numeric(18, 5) NOT NULL,
    gl_account text COLLATE "C" NOT NULL,
    retired_on date,
    revision int NOT NULL DEFAULT 1,
    PRIMARY KEY (ar_company, code)
);
CREATE TABLE misc_distribution_code (
    ar_company int NOT NULL REFERENCES ar_company,
    code text COLLATE "C" NOT NULL,
    description text NOT NULL,
    retired_on date,
    revision int NOT NULL DEFAULT 1,
    PRIMARY KEY (ar_company, code)
)
"""

_CUSTOMER = """
ALTER TABLE customer
    ADD pay_terms text COLLATE "C",
    ADD tax_code text COLLATE "C",
    ADD statement_type text NOT NULL DEFAULT 'open_item' CHECK (statement_type IN ('open_item', 'balance_forward')),
    ADD statement_delivery text NOT NULL DEFAULT 'print' CHECK (statement_delivery IN ('print', 'email', 'none')),
    ADD finance_charge_type text NOT NULL DEFAULT 'none'
        CHECK (finance_charge_type IN ('account', 'invoice', 'receivable_type', 'none')),
    ADD finance_charge_percent numeric(18, 5) CHECK (finance_charge_percent BETWEEN 0 AND 100),
    ADD exclude_contract_invoices boolean NOT NULL DEFAULT false,
    ADD roll_up_rule text NOT NULL DEFAULT 'single' CHECK (roll_up_rule IN ('single', 'rollup')),
    ADD misc_distribution_code text COLLATE "C",
    ADD FOREIGN KEY (ar_company, pay_terms) REFERENCES pay_terms,
    ADD FOREIGN KEY (ar_company, tax_code) REFERENCES tax_code,
    ADD FOREIGN KEY (ar_company, misc_distribution_code) REFERENCES misc_distribution_code
"""

_CONTRACTS = """
CREATE TABLE contract (
    ar_company int NOT NULL REFERENCES ar_company,
    number text COLLATE "C" NOT NULL,
    description text NOT NULL,
    customer text COLLATE "C" NOT NULL,
    pay_terms text COLLATE "C",
    receivable_type int,
    retainage_percent numeric(18, 5) NOT NULL DEFAULT 0 CHECK (retainage_percent BETWEEN 0 AND 100),
    status text NOT NULL DEFAULT 'open' CHECK (status IN ('open', 'soft_closed', 'hard_closed')),
    revision int NOT NULL DEFAULT 1,
    PRIMARY KEY (ar_company, number),
    FOREIGN KEY (ar_company, customer) REFERENCES customer (ar_company, number),
    FOREIGN KEY (ar_company, pay_terms) REFERENCES pay_terms,
    FOREIGN KEY (ar_company, receivable_type) REFERENCES receivable_type
);
CREATE INDEX contract_customer ON contract (ar_company, customer);
CREATE TABLE contract_item (
    ar_company int NOT NULL,
    contract text COLLATE "C" NOT NULL,
    item text COLLATE "C" NOT NULL,
    description text NOT NULL,
    revenue_account text COLLATE "C" NOT NULL,
    tax_code text COLLATE "C",
    um text COLLATE "C" NOT NULL,
    retainage_percent numeric(18, 5) CHECK (retainage_percent BETWEEN 0 AND 100),
    original_units numeric(15, 3) NOT NULL DEFAULT 0,
    original_amount numeric(18, 2) NOT NULL DEFAULT 0,
    current_units numeric(15, 3) NOT NULL DEFAULT 0,
    current_amount numeric(18, 2) NOT NULL DEFAULT 0,
    billed_units numeric(15, 3) NOT NULL DEFAULT 0,
    billed_amount numeric(18, 2) NOT NULL DEFAULT 0,
    revision int NOT NULL DEFAULT 1,
    PRIMARY KEY (ar_company, contract, item),
    FOREIGN KEY (ar_company, contract) REFERENCES contract,
    FOREIGN KEY (ar_company, tax_code) REFERENCES tax_code
);
CREATE TABLE jb_company (
    number int PRIMARY KEY CHECK (number BETWEEN 1 AND 9999),
    name text NOT NULL,
    ar_company int NOT NULL REFERENCES ar_company,
    revision int NOT NULL DEFAULT 1
);
CREATE TABLE job_billing (
    jb_company int NOT NULL REFERENCES jb_company,
    bill_month text COLLATE "C" NOT NULL CHECK (bill_month ~ '^[0-9]{4}-(0[1-9]|1[0-2])$'),
    bill_id int NOT NULL,
    seq int NOT NULL,
    contract text COLLATE "C" NOT NULL,
    invoice_number text COLLATE "C" NOT NULL,
    status text NOT NULL CHECK (status IN ('active', 'changed', 'deleted')),
    interfaced boolean NOT NULL DEFAULT false,
    revision int NOT NULL DEFAULT 1,
    PRIMARY KEY (jb_company, bill_month, bill_id, seq)
);
CREATE INDEX job_billing_invoice_number ON job_billing (lower(btrim(invoice_number))) WHERE NOT interfaced
"""

_UPDATED = (
    *("pay_terms", "tax_code", "material", "misc_distribution_code"),
    *("contract", "contract_item", "jb_company", "job_billing", "company_logo"),
)


def upgrade() -> None:
    for script in (_COMPANY, _CODES, _CUSTOMER, _CONTRACTS):
        for statement in script.split(";\n"):
            op.execute(statement)
    for table in _UPDATED:
        op.execute(f"GRANT UPDATE ON {table} TO {RUNTIME}")
    op.execute(f"GRANT DELETE ON company_logo TO {RUNTIME}")
