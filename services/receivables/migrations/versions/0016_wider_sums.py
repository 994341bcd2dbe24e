"""Sums of many documents are wider than the documents."""

from alembic import op

revision = "0016"
down_revision = "0015"

# A larger precision with the same scale is a change of the catalog only: PostgreSQL neither reads nor rewrites the rows.
_WIDER = (
    "account_movement ALTER amount TYPE numeric(24, 2)",
    "customer_account ALTER open_amount TYPE numeric(24, 2)",
    "contract_item ALTER billed_units TYPE numeric(24, 3)",
    "contract_item ALTER billed_amount TYPE numeric(24, 2)",
)


def upgrade() -> None:
    for change in _WIDER:
        op.execute(f"-- squawk-ignore changing-column-type\nALTER TABLE {change}")
