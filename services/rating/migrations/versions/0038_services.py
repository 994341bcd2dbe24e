"""Orders have services: who was to be served, where, each attempt, and the outcome. Branches have a time zone.

Copies of customers say which of the client's numbers their orders must have.
"""

from alembic import op

revision = "0038"
down_revision = "0037"

RUNTIME = "rating_runtime"


def upgrade() -> None:
    op.execute("ALTER TABLE branch ADD time_zone text")
    op.execute("ALTER TABLE customer ADD required_numbers text[] NOT NULL DEFAULT '{}'")
    op.execute(
        """
        CREATE TABLE work_order_service (
            id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            work_order_id bigint NOT NULL REFERENCES work_order (id),
            position integer NOT NULL,
            party text NOT NULL,
            kind text NOT NULL CHECK (kind IN ('person', 'company')),
            street text NOT NULL,
            city text NOT NULL,
            state text COLLATE "C" NOT NULL,
            zip text COLLATE "C" NOT NULL,
            server text COLLATE "C" REFERENCES server (code),
            outcome text NOT NULL CHECK (outcome IN ('open', 'served', 'not_served', 'cancelled')),
            served_at timestamptz,
            manner text NOT NULL,
            received_by text NOT NULL,
            documents text NOT NULL,
            attempts jsonb NOT NULL,
            UNIQUE (work_order_id, position)
        )
        """
    )
    op.execute("CREATE INDEX work_order_service_party ON work_order_service USING gin (party gin_trgm_ops)")
    op.execute(
        """
        ALTER TABLE work_order ADD CONSTRAINT work_order_import_id_fkey
            FOREIGN KEY (import_id) REFERENCES order_import (id) NOT VALID
        """
    )
    # Orders can be void. 0039 validates the checks.
    op.execute(
        """
        ALTER TABLE work_order DROP CONSTRAINT work_order_status_check, ADD CONSTRAINT work_order_status_check
            CHECK (status IN ('open', 'rated', 'assigned', 'exporting', 'exported', 'closed', 'void')) NOT VALID
        """
    )
    op.execute(
        """
        ALTER TABLE order_step DROP CONSTRAINT order_step_action_check, ADD CONSTRAINT order_step_action_check
            CHECK (action IN ('assign', 'unassign', 'remove', 'zero_bill', 'reopen', 'void', 'unvoid')) NOT VALID
        """
    )
    # Events say the local time of a service: 2026-11-02T17:30:00-06:00. Without a zone it is in UTC.
    op.execute(
        """
        CREATE FUNCTION local_moment(moment timestamptz, zone text) RETURNS text LANGUAGE sql STABLE AS $$
            SELECT to_char(local, 'YYYY-MM-DD"T"HH24:MI:SS') || CASE WHEN ahead < interval '0' THEN '-' ELSE '+' END
                || to_char(greatest(ahead, -ahead), 'HH24:MI')
            FROM (SELECT moment AT TIME ZONE coalesce(zone, 'UTC') AS local,
                         (moment AT TIME ZONE coalesce(zone, 'UTC')) - (moment AT TIME ZONE 'UTC') AS ahead) AS here
        $$
        """
    )
    op.execute(f"GRANT DELETE ON work_order_service TO {RUNTIME}")
