"""Every method of a line, ANY in the key of a profile, zones, servers, and charges entered for one order."""

from alembic import op

revision = "0003"
down_revision = "0002"

RUNTIME = "rating_runtime"

_CODES = ("branch", "customer_type", "priority", "job_type", "region", "bill_type", "billing_item")
_OPEN_KEYS = ("customer_type", "priority", "job_type", "region")

_MASTER_DATA = """
CREATE TABLE zone (
    code text COLLATE "C" PRIMARY KEY CHECK (code <> 'ANY'),
    name text NOT NULL,
    retired_on date,
    revision int NOT NULL DEFAULT 1
);
CREATE TABLE zone_zip (
    zip text COLLATE "C" PRIMARY KEY CHECK (zip ~ '^[0-9]{3,5}$'),
    zone text COLLATE "C" NOT NULL REFERENCES zone
);
CREATE INDEX zone_zip_zone ON zone_zip (zone);
CREATE TABLE server (
    code text COLLATE "C" PRIMARY KEY,
    name text NOT NULL,
    retired_on date,
    revision int NOT NULL DEFAULT 1
)
"""

_PROFILES = """
ALTER TABLE billing_profile ADD revision int NOT NULL DEFAULT 1;
ALTER TABLE billing_profile ADD CHECK (branch <> 'ANY');
ALTER TABLE profile_line
    DROP CONSTRAINT profile_line_method_check,
    ADD CHECK (method IN ('flat', 'per_unit', 'tiered', 'banded', 'percent_of', 'multiplier', 'zone')),
    ADD unit_size numeric(15, 3) NOT NULL DEFAULT 1 CHECK (unit_size > 0),
    ADD whole_units boolean NOT NULL DEFAULT false,
    ADD times_source text,
    ADD steps jsonb NOT NULL DEFAULT '[]',
    ADD zones jsonb NOT NULL DEFAULT '[]',
    ADD base jsonb NOT NULL DEFAULT '[]',
    ADD minimum numeric(18, 2) CHECK (minimum >= 0),
    ADD maximum numeric(18, 2) CHECK (maximum >= minimum AND maximum >= 0),
    ADD comment text NOT NULL DEFAULT ''
"""

_ORDERS = """
ALTER TABLE work_order ADD from_zip text COLLATE "C", ADD persons numeric(15, 3);
CREATE TABLE order_charge (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    work_order_id bigint NOT NULL REFERENCES work_order,
    kind text NOT NULL CHECK (kind IN ('prebill', 'manual', 'override')),
    billing_item text COLLATE "C" NOT NULL REFERENCES billing_item,
    bill_type text COLLATE "C" REFERENCES bill_type CHECK (bill_type IS NULL OR kind = 'override'),
    quantity numeric(15, 3) CHECK (quantity >= 0),
    rate numeric(18, 5) CHECK (rate >= 0 OR kind = 'manual'),
    amount numeric(18, 2),
    comment text NOT NULL,
    servers jsonb NOT NULL DEFAULT '[]',
    entered_by text NOT NULL,
    entered_at timestamptz NOT NULL DEFAULT now(),
    CHECK (CASE WHEN kind = 'override' THEN rate IS NULL AND num_nonnulls(quantity, amount) = 1 ELSE amount IS NULL END)
);
CREATE INDEX order_charge_work_order_id ON order_charge (work_order_id);
ALTER TABLE rating_line
    ADD method text NOT NULL DEFAULT 'flat',
    ADD comment text NOT NULL DEFAULT '',
    ADD original_amount numeric(18, 2),
    ADD override_reason text,
    ADD servers jsonb NOT NULL DEFAULT '[]'
"""

# Processes keep the rate table in memory and ask for this before they use it. A random value and no counter: one that
# was rolled back must never come again for other contents. A trigger, so that no statement can forget it.
_STATE = """
CREATE TABLE rate_table_state (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    content uuid NOT NULL
);
INSERT INTO rate_table_state (content) VALUES (gen_random_uuid());
CREATE FUNCTION note_rate_table_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE rate_table_state SET content = gen_random_uuid();
    RETURN NULL;
END
$$
"""
_WATCHED = ("billing_profile", "profile_line", "region_zip", "zone_zip", "bill_type", "billing_item")


def upgrade() -> None:
    for script in (_MASTER_DATA, _PROFILES, _ORDERS, _STATE):
        for statement in script.split(";\n") if script is not _STATE else _STATE.split(";\n", 2):
            op.execute(statement)
    for table in _CODES:
        op.execute(f"ALTER TABLE {table} ADD revision int NOT NULL DEFAULT 1")
    for name in _OPEN_KEYS:
        op.execute(f"ALTER TABLE {name} ADD CHECK (code <> 'ANY')")
        # ANY is no code; that the others exist is checked when a profile is saved, and codes are never deleted.
        op.execute(f"ALTER TABLE billing_profile DROP CONSTRAINT billing_profile_{name}_fkey")
    for table in _WATCHED:
        op.execute(
            f"CREATE TRIGGER note_change AFTER INSERT OR UPDATE OR DELETE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION note_rate_table_change()"
        )
    for table in ("billing_profile", "zone", "zone_zip", "server", "rate_table_state"):
        op.execute(f"GRANT UPDATE ON {table} TO {RUNTIME}")
    for table in ("profile_line", "region_zip", "zone_zip", "order_charge"):
        op.execute(f"GRANT DELETE ON {table} TO {RUNTIME}")
