"""Servers' commission rates, what each line earns its servers, commission periods and payments."""

from alembic import op

revision = "0004"
down_revision = "0003"

RUNTIME = "rating_runtime"

_MASTER_DATA = """
ALTER TABLE server ADD receives_commission boolean NOT NULL DEFAULT false;
CREATE TABLE commission_rate (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    server text COLLATE "C" NOT NULL REFERENCES server,
    percent numeric(18, 5) NOT NULL CHECK (percent BETWEEN 0 AND 100),
    effective_from date NOT NULL,
    effective_to date CHECK (effective_to >= effective_from),
    revision int NOT NULL DEFAULT 1,
    CONSTRAINT commission_rate_overlap EXCLUDE USING gist (
        server WITH =, daterange(effective_from, effective_to, '[]') WITH &&
    )
);
ALTER TABLE profile_line
    ADD commission_method text CHECK (commission_method IN ('flat', 'percent', 'server')),
    ADD commission_rate numeric(18, 5) CHECK (commission_rate >= 0);
ALTER TABLE order_charge
    ADD commission_method text CHECK (commission_method IN ('flat', 'percent', 'server')),
    ADD commission_rate numeric(18, 5) CHECK (commission_rate >= 0);
ALTER TABLE work_order ADD servers jsonb NOT NULL DEFAULT '[]'
"""

_COMMISSIONS = """
CREATE TABLE commission_period (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    opened_at timestamptz NOT NULL DEFAULT now(),
    closed_at timestamptz CHECK (closed_at >= opened_at),
    closed_by text NOT NULL DEFAULT ''
);
CREATE UNIQUE INDEX commission_period_open ON commission_period ((closed_at IS NULL)) WHERE closed_at IS NULL;
INSERT INTO commission_period DEFAULT VALUES;
CREATE TABLE commission_payment (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    status text NOT NULL CHECK (status IN ('selected', 'paid', 'released')),
    selected_by text NOT NULL,
    selected_at timestamptz NOT NULL,
    paid_by text NOT NULL DEFAULT '',
    paid_at timestamptz,
    servers int NOT NULL,
    commissions int NOT NULL,
    total numeric(18, 2) NOT NULL,
    CHECK ((status = 'paid') = (paid_at IS NOT NULL))
);
CREATE TABLE commission (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    corrects bigint REFERENCES commission,
    kind text NOT NULL CHECK (kind IN ('earned', 'adjusted', 'reversed')),
    period_id bigint NOT NULL REFERENCES commission_period,
    server text COLLATE "C" NOT NULL REFERENCES server,
    work_order_id bigint NOT NULL REFERENCES work_order,
    version int NOT NULL,
    position int NOT NULL,
    billing_item text COLLATE "C" NOT NULL,
    method text NOT NULL CHECK (method IN ('flat', 'percent', 'server')),
    figure numeric(18, 5) NOT NULL,
    share numeric(15, 3) NOT NULL,
    base numeric(18, 2) NOT NULL,
    amount numeric(18, 2) NOT NULL,
    words text NOT NULL,
    booked_by text NOT NULL,
    booked_at timestamptz NOT NULL,
    payable_at timestamptz,
    payment_id bigint REFERENCES commission_payment CHECK (payment_id IS NULL OR payable_at IS NOT NULL),
    void boolean NOT NULL DEFAULT false CHECK (NOT void OR payable_at IS NULL),
    CHECK ((kind = 'earned') = (corrects IS NULL))
);
CREATE INDEX commission_work_order_id ON commission (work_order_id, version);
CREATE INDEX commission_corrects ON commission (corrects) WHERE corrects IS NOT NULL;
CREATE INDEX commission_period_id ON commission (period_id, server);
CREATE INDEX commission_owed ON commission (server, id) WHERE payable_at IS NOT NULL AND payment_id IS NULL;
CREATE INDEX commission_payment_id ON commission (payment_id) WHERE payment_id IS NOT NULL
"""

# A closed period never changes: nothing is booked into it, nothing in it is voided, and no amount is ever rewritten,
# because the runtime role may only update the columns that say how far a commission has come.
_GUARDS = (
    """
    CREATE FUNCTION check_commission_period() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF EXISTS (SELECT FROM commission_period
                   WHERE closed_at IS NOT NULL AND id IN (SELECT DISTINCT period_id FROM booked)) THEN
            RAISE check_violation USING MESSAGE = 'the commission period is closed',
                CONSTRAINT = 'commission_period_closed';
        END IF;
        RETURN NULL;
    END
    $$
    """,
    """
    CREATE TRIGGER check_period AFTER INSERT ON commission REFERENCING NEW TABLE AS booked
        FOR EACH STATEMENT EXECUTE FUNCTION check_commission_period()
    """,
    """
    CREATE FUNCTION check_commission_void() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF OLD.void OR EXISTS (SELECT FROM commission_period WHERE id = OLD.period_id AND closed_at IS NOT NULL) THEN
            RAISE check_violation USING MESSAGE = 'the commission period is closed',
                CONSTRAINT = 'commission_period_closed';
        END IF;
        RETURN NEW;
    END
    $$
    """,
    """
    CREATE TRIGGER check_void BEFORE UPDATE OF void ON commission FOR EACH ROW
        WHEN (OLD.void IS DISTINCT FROM NEW.void) EXECUTE FUNCTION check_commission_void()
    """,
)


def upgrade() -> None:
    for script in (_MASTER_DATA, _COMMISSIONS):
        for statement in script.split(";\n"):
            op.execute(statement)
    for statement in _GUARDS:
        op.execute(statement)
    op.execute(f"GRANT UPDATE ON commission_rate TO {RUNTIME}")
    op.execute(f"GRANT UPDATE (closed_at, closed_by) ON commission_period TO {RUNTIME}")
    op.execute(f"GRANT UPDATE (status, paid_by, paid_at) ON commission_payment TO {RUNTIME}")
    op.execute(f"GRANT UPDATE (payable_at, payment_id, void) ON commission TO {RUNTIME}")
