"""A rating knows the rates that it was made with, and a rating run may rate orders again."""

from alembic import op

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    # Ratings that exist do not know theirs: nothing is warned of.
    op.execute("ALTER TABLE rating ADD rates_digest text")
    op.execute("ALTER TABLE rating_run ADD again boolean NOT NULL DEFAULT false")
