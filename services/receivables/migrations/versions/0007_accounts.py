"""What each customer owes, counted from what is posted; what was announced of it and of the companies."""

from alembic import op

revision = "0007"
down_revision = "0006"

RUNTIME = "receivables_runtime"

_ACCOUNTS = """
CREATE TABLE account_movement (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    customer_id bigint NOT NULL,
    amount numeric(18, 2) NOT NULL
);
CREATE TABLE customer_account (
    customer_id bigint PRIMARY KEY REFERENCES customer,
    open_amount numeric(18, 2) NOT NULL,
    version int NOT NULL
);
CREATE TABLE company_announcement (
    ar_company int PRIMARY KEY REFERENCES ar_company,
    revision int NOT NULL
);
INSERT INTO account_movement (customer_id, amount) SELECT customer_id, sum(total) FROM ar_transaction GROUP BY 1
"""

# A mark like "counted up to this id" would miss what commits late: ids are taken before the commit. A posting adds a row
# for each of its customers, and whoever counts takes those away.
_NOTE = """
CREATE FUNCTION note_account_movement() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO account_movement (customer_id, amount)
    SELECT customer_id, sum(total) FROM posted GROUP BY customer_id;
    RETURN NULL;
END $$
"""


def upgrade() -> None:
    for statement in _ACCOUNTS.split(";\n"):
        op.execute(statement)
    op.execute(_NOTE)
    op.execute(
        """
        CREATE TRIGGER note_account_movement AFTER INSERT ON ar_transaction
        REFERENCING NEW TABLE AS posted FOR EACH STATEMENT EXECUTE FUNCTION note_account_movement()
        """
    )
    op.execute(f"GRANT DELETE, UPDATE ON account_movement TO {RUNTIME}")
    for table in ("customer_account", "company_announcement"):
        op.execute(f"GRANT UPDATE ON {table} TO {RUNTIME}")
