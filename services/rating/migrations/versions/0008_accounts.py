"""What rating hears of credit limits, open amounts and months: read copies, to warn before an export."""

from alembic import op

revision = "0008"
down_revision = "0007"

RUNTIME = "rating_runtime"

_HEARD = """
ALTER TABLE customer ADD credit_limit numeric(18, 2);
CREATE TABLE customer_account (
    ar_company int NOT NULL,
    customer text COLLATE "C" NOT NULL,
    version int NOT NULL,
    open_amount numeric(18, 2) NOT NULL,
    PRIMARY KEY (ar_company, customer)
);
CREATE TABLE ar_company (
    number int PRIMARY KEY,
    version int NOT NULL,
    name text NOT NULL,
    last_closed_month text COLLATE "C" NOT NULL,
    max_open_months int NOT NULL
)
"""


def upgrade() -> None:
    for statement in _HEARD.split(";\n"):
        op.execute(statement)
    for table in ("customer_account", "ar_company"):
        op.execute(f"GRANT UPDATE ON {table} TO {RUNTIME}")
