"""A company defines quantities of its own, reported for each order or derived from others, and rate tables charge them."""

from alembic import op

from shared.events import ddl

revision = "0042"
down_revision = "0041"

RUNTIME = "rating_runtime"

_TABLE = """
CREATE TABLE quantity (
    code text COLLATE "C" PRIMARY KEY,
    name text NOT NULL,
    retired_on date,
    unit text NOT NULL,
    entered_with text NOT NULL CHECK (entered_with IN ('order', 'proof')),
    derived text CHECK (derived IN ('difference', 'product', 'days', 'services', 'stops')),
    derived_from text[] NOT NULL,
    revision int NOT NULL DEFAULT 1
)
"""

# As in 0021, and a quantity is named with the profiles whose lines use it, also through others that are derived from it.
_NOTE_RATES = """
CREATE OR REPLACE FUNCTION note_rate_change() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    made uuid := gen_random_uuid();
BEGIN
    IF NOT EXISTS (SELECT FROM changed) THEN
        RETURN NULL;
    END IF;
    UPDATE rate_table_state SET content = made;
    IF TG_TABLE_NAME = 'billing_profile' THEN
        INSERT INTO rate_table_change (content, kind, name) SELECT made, 'billing_profile', id::text FROM changed;
    ELSIF TG_TABLE_NAME = 'profile_line' THEN
        INSERT INTO rate_table_change (content, kind, name)
        SELECT DISTINCT made, 'billing_profile', profile_id::text FROM changed;
    ELSIF TG_TABLE_NAME IN ('region_zip', 'zone_zip') THEN
        INSERT INTO rate_table_change (content, kind, name) SELECT DISTINCT made, TG_TABLE_NAME, zip FROM changed;
    ELSIF TG_TABLE_NAME = 'billing_item' THEN
        INSERT INTO rate_table_change (content, kind, name)
        SELECT made, 'billing_item', name FROM changed
        UNION ALL
        SELECT DISTINCT made, 'billing_profile', l.profile_id::text
        FROM profile_line l JOIN changed ON l.billing_item = changed.name;
    ELSIF TG_TABLE_NAME = 'quantity' THEN
        INSERT INTO rate_table_change (content, kind, name)
        WITH RECURSIVE used (code) AS (
            SELECT code FROM changed
            UNION
            SELECT q.code FROM quantity q JOIN used ON used.code = ANY(q.derived_from)
        )
        SELECT made, 'quantity', code FROM changed
        UNION ALL
        SELECT DISTINCT made, 'billing_profile', l.profile_id::text
        FROM profile_line l JOIN used ON used.code IN (l.quantity_source, l.times_source);
    ELSE
        INSERT INTO rate_table_change (content, kind, name)
        SELECT made, 'bill_type', code FROM changed
        UNION ALL
        SELECT DISTINCT made, 'billing_profile', l.profile_id::text
        FROM profile_line l JOIN changed ON l.bill_type = changed.code;
    END IF;
    RETURN NULL;
END $$
"""
_KINDS = ("start", "billing_profile", "region_zip", "zone_zip", "billing_item", "bill_type", "quantity")
_EVENTS = (("insert", "NEW"), ("update", "OLD"), ("update", "NEW"), ("delete", "OLD"))


def upgrade() -> None:
    op.execute(_TABLE)
    for statement in ddl.last_change_v1("quantity"):
        op.execute(statement)
    op.execute(f"GRANT UPDATE ON quantity TO {RUNTIME}")
    op.execute("ALTER TABLE work_order ADD quantities jsonb NOT NULL DEFAULT '{}'")
    op.execute("ALTER TABLE rate_table_change DROP CONSTRAINT rate_table_change_kind_check")
    # It scans the changes of the last hour, which is all that the table has.
    op.execute(
        "-- squawk-ignore constraint-missing-not-valid\n"
        f"ALTER TABLE rate_table_change ADD CONSTRAINT rate_table_change_kind_check CHECK (kind IN {_KINDS})"
    )
    op.execute(_NOTE_RATES)
    for event, rows in _EVENTS:
        op.execute(
            f"CREATE TRIGGER note_{event}_{rows.lower()} AFTER {event.upper()} ON quantity "
            f"REFERENCING {rows} TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION note_rate_change()"
        )
