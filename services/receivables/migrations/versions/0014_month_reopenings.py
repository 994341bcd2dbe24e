"""Months are reopened, the last one first; where a company wants four eyes, as requests that somebody else decides."""

from alembic import op

revision = "0014"
down_revision = "0013"

RUNTIME = "receivables_runtime"


def upgrade() -> None:
    op.execute(
        """
        CREATE TABLE month_reopening (
            id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            ar_company int NOT NULL REFERENCES ar_company,
            month text COLLATE "C" NOT NULL,
            status text NOT NULL CHECK (status IN ('awaiting_approval', 'approved', 'rejected', 'withdrawn')),
            four_eyes boolean NOT NULL,
            reason text NOT NULL,
            requested_by text NOT NULL,
            requested_at timestamptz NOT NULL,
            decided_by text,
            decided_at timestamptz,
            decision_reason text NOT NULL DEFAULT '',
            CHECK ((status = 'awaiting_approval') = (decided_by IS NULL)),
            CHECK ((decided_by IS NULL) = (decided_at IS NULL)),
            CONSTRAINT month_reopening_four_eyes
                CHECK (NOT four_eyes OR status <> 'approved' OR decided_by <> requested_by)
        )
        """
    )
    op.execute(
        "CREATE UNIQUE INDEX month_reopening_waiting ON month_reopening (ar_company) WHERE status = 'awaiting_approval'"
    )
    op.execute(f"GRANT UPDATE ON month_reopening TO {RUNTIME}")
