"""Work orders have the case, the client's own numbers, and the days on which they were ordered, due and completed.

Each import of orders is a record.
"""

from alembic import op

revision = "0036"
down_revision = "0035"

_KEYS = ("client_id", "claim", "purchase_order", "cause_number")
_WORDS = ("contact", "case_title", "court", "plaintiff", "defendant", "documents")
_DAYS = ("ordered_on", "due_on", "completed_on")


RUNTIME = "rating_runtime"


def upgrade() -> None:
    # The foreign key is added in 0038 and validated in 0039.
    op.execute("ALTER TABLE work_order ADD import_id bigint")
    op.execute(
        """
        CREATE TABLE order_import (
            id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            file_name text NOT NULL,
            key text NOT NULL,
            orders integer NOT NULL,
            imported_by text NOT NULL,
            imported_at timestamptz NOT NULL DEFAULT now(),
            withdrawn_by text,
            withdrawn_at timestamptz,
            reason text NOT NULL DEFAULT ''
        )
        """
    )
    op.execute("CREATE INDEX order_import_imported_by ON order_import (imported_by, id)")
    op.execute(f"GRANT UPDATE (withdrawn_by, withdrawn_at, reason) ON order_import TO {RUNTIME}")
    added = [f"ADD {name} text COLLATE \"C\" NOT NULL DEFAULT ''" for name in _KEYS]
    added += [f"ADD {name} text NOT NULL DEFAULT ''" for name in _WORDS]
    added += [f"ADD {name} date" for name in _DAYS]
    op.execute(f"ALTER TABLE work_order {', '.join(added)}")
