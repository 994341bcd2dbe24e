"""Work orders have the case, the client's own numbers, and the days on which they were ordered, due and completed."""

from alembic import op

revision = "0036"
down_revision = "0035"

_KEYS = ("client_id", "claim", "purchase_order", "cause_number")
_WORDS = ("contact", "case_title", "court", "plaintiff", "defendant", "documents")
_DAYS = ("ordered_on", "due_on", "completed_on")


def upgrade() -> None:
    added = [f"ADD {name} text COLLATE \"C\" NOT NULL DEFAULT ''" for name in _KEYS]
    added += [f"ADD {name} text NOT NULL DEFAULT ''" for name in _WORDS]
    added += [f"ADD {name} date" for name in _DAYS]
    op.execute(f"ALTER TABLE work_order {', '.join(added)}")
