"""What open orders would come to is kept, and what changes in a rate table is named."""

from alembic import op

revision = "0021"
down_revision = "0020"

RUNTIME = "rating_runtime"

# A change of an order or of a rate table only adds a row to one of these tables, and never waits for the job that reads
# them. `rate_table_change` gets its ids under the lock on the one row of `rate_table_state`, so in the order of commits.
_TABLES = """
CREATE TABLE order_estimate (
    work_order_id bigint PRIMARY KEY REFERENCES work_order,
    region text COLLATE "C",
    profile_id bigint,
    total numeric(18, 2),
    why text NOT NULL CHECK ((why = '') = (total IS NOT NULL)),
    estimated_at timestamptz NOT NULL
);
CREATE TABLE order_to_estimate (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    work_order_id bigint NOT NULL
);
CREATE INDEX order_to_estimate_work_order_id ON order_to_estimate (work_order_id);
CREATE TABLE rate_table_change (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    content uuid NOT NULL,
    kind text NOT NULL
        CHECK (kind IN ('start', 'billing_profile', 'region_zip', 'zone_zip', 'billing_item', 'bill_type')),
    name text COLLATE "C" NOT NULL,
    changed_at timestamptz NOT NULL DEFAULT now(),
    passed_on boolean NOT NULL DEFAULT false
);
CREATE INDEX rate_table_change_content ON rate_table_change (content);
CREATE INDEX rate_table_change_pending ON rate_table_change (id) WHERE NOT passed_on;
INSERT INTO rate_table_change (content, kind, name, passed_on) SELECT content, 'start', '', true FROM rate_table_state
"""

# The profiles whose lines have a billing item or bill type are named with it. A statement that changes no row changes
# nothing, and every new content has at least one row.
_NOTE_RATES = """
CREATE FUNCTION note_rate_change() RETURNS trigger LANGUAGE plpgsql AS $$
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
_WATCHED = ("billing_profile", "profile_line", "region_zip", "zone_zip", "bill_type", "billing_item")
_EVENTS = (("insert", "NEW"), ("update", "OLD"), ("update", "NEW"), ("delete", "OLD"))

# Orders that are handed over are no concern of these triggers, whose conditions are all that their changes pay for. The
# customer type is part of the key of an order, and the AR company of its branch says which customer is meant.
_NOTE_ORDERS = (
    """
    CREATE FUNCTION note_entered_orders() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        INSERT INTO order_to_estimate (work_order_id) SELECT id FROM entered WHERE status = 'open';
        RETURN NULL;
    END $$
    """,
    """
    CREATE TRIGGER note_to_estimate AFTER INSERT ON work_order REFERENCING NEW TABLE AS entered
    FOR EACH STATEMENT EXECUTE FUNCTION note_entered_orders()
    """,
    """
    CREATE FUNCTION note_changed_order() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        INSERT INTO order_to_estimate (work_order_id) VALUES (NEW.id);
        RETURN NULL;
    END $$
    """,
    """
    CREATE TRIGGER note_changed_to_estimate AFTER UPDATE ON work_order
    FOR EACH ROW WHEN (OLD.status = 'open' OR NEW.status = 'open') EXECUTE FUNCTION note_changed_order()
    """,
    """
    CREATE FUNCTION note_orders_of_customer() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        INSERT INTO order_to_estimate (work_order_id)
        SELECT w.id FROM work_order w JOIN branch b ON b.code = w.branch
        WHERE w.status = 'open' AND w.customer = NEW.number AND b.ar_company = NEW.ar_company;
        RETURN NULL;
    END $$
    """,
    """
    CREATE TRIGGER note_new_to_estimate AFTER INSERT ON customer
    FOR EACH ROW EXECUTE FUNCTION note_orders_of_customer()
    """,
    """
    CREATE TRIGGER note_to_estimate AFTER UPDATE ON customer
    FOR EACH ROW WHEN (OLD.customer_type IS DISTINCT FROM NEW.customer_type) EXECUTE FUNCTION note_orders_of_customer()
    """,
    """
    CREATE FUNCTION note_orders_of_branch() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        INSERT INTO order_to_estimate (work_order_id)
        SELECT id FROM work_order WHERE status = 'open' AND branch = NEW.code;
        RETURN NULL;
    END $$
    """,
    """
    CREATE TRIGGER note_to_estimate AFTER UPDATE ON branch
    FOR EACH ROW WHEN (OLD.ar_company IS DISTINCT FROM NEW.ar_company) EXECUTE FUNCTION note_orders_of_branch()
    """,
    "INSERT INTO order_to_estimate (work_order_id) SELECT id FROM work_order WHERE status = 'open' ORDER BY id",
)


def upgrade() -> None:
    for statement in _TABLES.split(";\n"):
        op.execute(statement)
    op.execute(_NOTE_RATES)
    for table in _WATCHED:
        op.execute(f"DROP TRIGGER note_change ON {table}")
        for event, rows in _EVENTS:
            # Transition tables are for triggers of a single event.
            op.execute(
                f"CREATE TRIGGER note_{event}_{rows.lower()} AFTER {event.upper()} ON {table} "
                f"REFERENCING {rows} TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION note_rate_change()"
            )
    for statement in _NOTE_ORDERS:
        op.execute(statement)
    op.execute(f"GRANT UPDATE, DELETE ON order_estimate TO {RUNTIME}")
    op.execute(f"GRANT DELETE ON order_to_estimate TO {RUNTIME}")
    op.execute(f"GRANT UPDATE (passed_on), DELETE ON rate_table_change TO {RUNTIME}")
