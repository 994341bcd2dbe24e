"""Lines of ratings say what invoices print of them: what was charged, in which unit, and how the amount is reckoned.

Billing items say whether a charge of 0.00 is printed; job types and priorities, in how many days an order is due.
"""

from alembic import op

revision = "0041"
down_revision = "0040"

_UNITS = {
    "miles": "mi",
    "waiting_minutes": "min",
    "pieces": "pieces",
    "attempts": "attempts",
    "pages": "pages",
    "servees": "servees",
    "parcels": "parcels",
    "hours": "h",
    "persons": "persons",
}


def upgrade() -> None:
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
    # Ratings of older releases show the quantity that they have; those that are not exported yet get its unit.
    units = " ".join(f"WHEN '{source}' THEN '{unit}'" for source, unit in _UNITS.items())
    op.execute(
        f"""
        UPDATE rating_line l SET unit = CASE l.quantity_source {units} ELSE '' END
        FROM work_order w JOIN rating r ON r.work_order_id = w.id AND r.version = w.rating_version
        WHERE w.status IN ('rated', 'assigned') AND l.rating_id = r.id
        """
    )
    op.execute("ALTER TABLE billing_item ADD print_zero boolean NOT NULL DEFAULT false")
    for table in ("job_type", "priority"):
        op.execute(f"ALTER TABLE {table} ADD due_days int CHECK (due_days BETWEEN 0 AND 365)")
