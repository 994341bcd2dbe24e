"""Miscellaneous distributions of posted transactions are found by their code."""

from alembic import op

revision = "0035"
down_revision = "0034"


def upgrade() -> None:
    with op.get_context().autocommit_block():
        op.execute(
            "CREATE INDEX CONCURRENTLY ar_misc_distribution_code ON ar_misc_distribution (code, transaction_id, row)"
        )
