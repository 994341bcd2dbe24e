"""Sums of many documents are wider than the documents."""

from alembic import op

revision = "0013"
down_revision = "0012"

# A larger precision with the same scale is a change of the catalog only: PostgreSQL neither reads nor rewrites the rows.
_WIDER = (
    "customer_account ALTER open_amount TYPE numeric(24, 2)",
    "export_run ALTER total TYPE numeric(24, 2)",
    "export_run ALTER exported_total TYPE numeric(24, 2)",
    "export_run ALTER refused_total TYPE numeric(24, 2)",
    "export_invoice ALTER total TYPE numeric(24, 2)",
    "commission_payment ALTER total TYPE numeric(24, 2)",
)


def upgrade() -> None:
    for change in _WIDER:
        op.execute(f"-- squawk-ignore changing-column-type\nALTER TABLE {change}")
