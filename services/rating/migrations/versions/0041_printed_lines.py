"""Lines of ratings say what invoices print of them: what was charged, in which unit, and how the amount is reckoned.

Billing items say whether a charge of 0.00 is printed; job types and priorities, in how many days an order is due.
"""

from alembic import op

revision = "0041"
down_revision = "0040"


def upgrade() -> None:
    # Ratings of older releases show the quantity that they have, without a unit.
    op.execute(
        """
        ALTER TABLE rating_line
            ADD charged numeric(15, 3),
            ADD unit text NOT NULL DEFAULT '',
            ADD included numeric(15, 3) NOT NULL DEFAULT 0,
            ADD reason text NOT NULL DEFAULT '',
            ADD print_zero boolean NOT NULL DEFAULT false
        """
    )
    op.execute("ALTER TABLE billing_item ADD print_zero boolean NOT NULL DEFAULT false")
    for table in ("job_type", "priority"):
        op.execute(f"ALTER TABLE {table} ADD due_days int CHECK (due_days BETWEEN 0 AND 365)")
