"""The tables that every service has, created by its own migrations.

A released function never changes; a change is a new function beside it. Services pass the name of their runtime role.
"""

SHARED_TABLES = frozenset(
    {
        *("outbox", "outbox_stream", "inbox", "dead_letter", "idempotency_key"),
        *("audit_entry", "audit_seal", "audit_unsealed", "audit_checkpoint"),
        *("incarnation", "outbox_pruned", "record_change", "report", "report_part"),
    }
)


def outbox_v1(runtime_role: str) -> list[str]:
    """Events of committed transactions, waiting for the relay, which limits its memory by `data_bytes`."""
    return [
        """
        CREATE TABLE outbox (
            id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            event_id uuid NOT NULL DEFAULT gen_random_uuid(),
            event_name text NOT NULL,
            data json NOT NULL,
            data_bytes int GENERATED ALWAYS AS (octet_length(data::text)) STORED,
            traceparent text,
            created_at timestamptz NOT NULL DEFAULT now(),
            publication int NOT NULL DEFAULT 1,
            published_at timestamptz,
            stream_sequence bigint
        )
        """,
        "CREATE INDEX outbox_pending ON outbox (id) WHERE published_at IS NULL",
        "CREATE INDEX outbox_stream_sequence ON outbox (event_name, stream_sequence) WHERE stream_sequence IS NOT NULL",
        """
        CREATE FUNCTION outbox_notify() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            PERFORM pg_notify('outbox', '');
            RETURN NULL;
        END $$
        """,
        """
        CREATE TRIGGER outbox_notify AFTER INSERT ON outbox
        FOR EACH STATEMENT EXECUTE FUNCTION outbox_notify()
        """,
        f"GRANT SELECT, INSERT, UPDATE, DELETE ON outbox TO {runtime_role}",
        # Identifies the stream that the sequences in `outbox` belong to: a new stream of the same name starts at 1
        # again.
        "CREATE TABLE outbox_stream (created text PRIMARY KEY)",
        f"GRANT SELECT, INSERT, DELETE ON outbox_stream TO {runtime_role}",
    ]


def inbox_v1(runtime_role: str) -> list[str]:
    """The events that each consumer has handled, recorded in the transaction of their effect."""
    return [
        """
        CREATE TABLE inbox (
            consumer text NOT NULL,
            event_id uuid NOT NULL,
            received_at timestamptz NOT NULL DEFAULT now(),
            PRIMARY KEY (consumer, event_id)
        )
        """,
        "CREATE INDEX inbox_received_at ON inbox (received_at)",
        f"GRANT SELECT, INSERT, DELETE ON inbox TO {runtime_role}",
    ]


def dead_letter_v1(runtime_role: str) -> list[str]:
    """Messages that could not be handled, kept with the reason until they are replayed."""
    return [
        """
        CREATE TABLE dead_letter (
            id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            consumer text NOT NULL,
            subject text NOT NULL,
            stream_sequence bigint NOT NULL,
            payload bytea NOT NULL,
            reason text NOT NULL,
            deliveries int NOT NULL,
            created_at timestamptz NOT NULL DEFAULT now(),
            replayed_at timestamptz,
            UNIQUE (consumer, stream_sequence, created_at)
        )
        """,
        f"GRANT SELECT, INSERT, UPDATE (replayed_at) ON dead_letter TO {runtime_role}",
    ]


def idempotency_key_v1(runtime_role: str) -> list[str]:
    """The answers to money commands, so that a repeated command gets the same answer."""
    return [
        """
        CREATE TABLE idempotency_key (
            principal text NOT NULL,
            route text NOT NULL,
            key text NOT NULL,
            fingerprint bytea NOT NULL,
            status int NOT NULL,
            headers jsonb NOT NULL,
            body bytea NOT NULL,
            created_at timestamptz NOT NULL DEFAULT now(),
            PRIMARY KEY (principal, route, key)
        )
        """,
        "CREATE INDEX idempotency_key_created_at ON idempotency_key (created_at)",
        f"GRANT SELECT, INSERT, DELETE ON idempotency_key TO {runtime_role}",
    ]


def bell_v1(*tables: str) -> list[str]:
    """Notifies every process of the service of new rows in `tables`, which are work for jobs (shared.service.jobs)."""
    return [
        """
        CREATE FUNCTION ring_bell() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            PERFORM pg_notify('jobs', '');
            RETURN NULL;
        END $$
        """,
        *(
            f"CREATE TRIGGER ring_bell AFTER INSERT ON {table} FOR EACH STATEMENT EXECUTE FUNCTION ring_bell()"
            for table in tables
        ),
    ]


def audit_v1(runtime_role: str) -> list[str]:
    """Commands that were carried out, their seals, and the entries without a seal.

    Entries and seals can only be added.
    """
    return [
        """
        CREATE TABLE audit_entry (
            id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            at timestamptz NOT NULL DEFAULT clock_timestamp(),
            subject text NOT NULL,
            name text NOT NULL,
            operation text NOT NULL,
            path text NOT NULL,
            feature text NOT NULL,
            level text NOT NULL,
            status int NOT NULL,
            body text,
            request_id text NOT NULL
        )
        """,
        "CREATE INDEX audit_entry_at ON audit_entry (at)",
        "CREATE INDEX audit_entry_name ON audit_entry (name, id)",
        """
        CREATE TABLE audit_seal (
            position bigint PRIMARY KEY,
            entry_id bigint NOT NULL UNIQUE,
            seal bytea NOT NULL
        )
        """,
        "CREATE TABLE audit_unsealed (entry_id bigint PRIMARY KEY)",
        """
        CREATE FUNCTION audit_unsealed() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            INSERT INTO audit_unsealed SELECT id FROM added;
            RETURN NULL;
        END $$
        """,
        """
        CREATE TRIGGER audit_unsealed AFTER INSERT ON audit_entry REFERENCING NEW TABLE AS added
        FOR EACH STATEMENT EXECUTE FUNCTION audit_unsealed()
        """,
        f"GRANT DELETE ON audit_unsealed TO {runtime_role}",
    ]


def incarnation_v1(service: str, runtime_role: str) -> list[str]:
    """The life that the database is in, those that it knows of the other services, and what was pruned of the outbox.

    A database that is restored goes back to an earlier moment of the same life; `ratebook restore-finish` begins a new
    one. Only the owner can do so.
    """
    return [
        "CREATE TABLE incarnation (service text PRIMARY KEY, id uuid NOT NULL)",
        f"INSERT INTO incarnation (service, id) VALUES ('{service}', gen_random_uuid())",
        f"REVOKE INSERT ON incarnation FROM {runtime_role}",
        # The last sequence of each event that is no longer in the outbox, in the stream that `outbox_stream` identifies.
        "CREATE TABLE outbox_pruned (event_name text PRIMARY KEY, stream_sequence bigint NOT NULL)",
        f"GRANT UPDATE, DELETE ON outbox_pruned TO {runtime_role}",
    ]


def retention_v1(runtime_role: str) -> list[str]:
    """Dead letters that were replayed can be deleted, and an audit that was verified is not verified again from its start.

    Checkpoints, like seals, can only be added.
    """
    return [
        f"GRANT DELETE ON dead_letter TO {runtime_role}",
        """
        CREATE TABLE audit_checkpoint (
            position bigint PRIMARY KEY,
            seal bytea NOT NULL,
            verified_at timestamptz NOT NULL DEFAULT now()
        )
        """,
    ]


def record_changes_v1() -> list[str]:
    """Every change of a record. Changes can only be added.

    They are made by the account that the transaction says it acts for (`Database.transaction`), or by the suite itself.
    """
    return [
        """
        CREATE TABLE record_change (
            id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            kind text NOT NULL,
            key text COLLATE "C" NOT NULL,
            at timestamptz NOT NULL DEFAULT now(),
            "by" text DEFAULT nullif(current_setting('ratebook.acting', true), ''),
            action text NOT NULL,
            changes jsonb NOT NULL,
            note text NOT NULL,
            link text
        )
        """,
        "CREATE INDEX record_change_of ON record_change (kind, key, id)",
        """
        CREATE FUNCTION set_changed() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            NEW.changed_by := nullif(current_setting('ratebook.acting', true), '');
            NEW.changed_at := now();
            RETURN NEW;
        END $$
        """,
    ]


def last_change_v1(table: str, version: str = "revision") -> list[str]:
    """Who changed a row of a table last and when; `version` is the column that grows with each change.

    Triggers, so that no statement can forget it.
    """
    return [
        f"ALTER TABLE {table} ADD changed_by text",
        f"ALTER TABLE {table} ADD changed_at timestamptz",
        f"""
        CREATE TRIGGER set_changed_at_first BEFORE INSERT ON {table}
        FOR EACH ROW EXECUTE FUNCTION set_changed()
        """,
        f"""
        CREATE TRIGGER set_changed BEFORE UPDATE ON {table}
        FOR EACH ROW WHEN (OLD.{version} <> NEW.{version}) EXECUTE FUNCTION set_changed()
        """,
    ]


def published_v1() -> str:
    """Pruning finds the oldest published events without reading the others. CONCURRENTLY, so outside a transaction."""
    return "CREATE INDEX CONCURRENTLY outbox_published_at ON outbox (published_at) WHERE published_at IS NOT NULL"


def reports_v1(runtime_role: str) -> list[str]:
    """Lists that a job writes to files: what was asked for, how far it is, and the parts of the file."""
    return [
        """
        CREATE TABLE report (
            id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            list text NOT NULL,
            filters jsonb NOT NULL,
            sort text,
            format text NOT NULL,
            status text NOT NULL,
            subject text NOT NULL,
            requested_by text NOT NULL,
            requested_at timestamptz NOT NULL DEFAULT now(),
            scope jsonb NOT NULL,
            cursor text,
            parts int NOT NULL DEFAULT 0,
            rows bigint NOT NULL DEFAULT 0,
            bytes bigint NOT NULL DEFAULT 0,
            finished_at timestamptz,
            reason text NOT NULL DEFAULT ''
        )
        """,
        "CREATE INDEX report_unfinished ON report (id) WHERE status IN ('waiting', 'running')",
        "CREATE INDEX report_subject ON report (subject, id)",
        "CREATE INDEX report_requested_at ON report (requested_at)",
        """
        CREATE TABLE report_part (
            report_id bigint NOT NULL REFERENCES report ON DELETE CASCADE,
            part int NOT NULL,
            content bytea NOT NULL,
            PRIMARY KEY (report_id, part)
        )
        """,
        f"GRANT SELECT, INSERT, UPDATE, DELETE ON report TO {runtime_role}",
        f"GRANT SELECT, INSERT, DELETE ON report_part TO {runtime_role}",
        "CREATE TRIGGER ring_bell AFTER INSERT ON report FOR EACH STATEMENT EXECUTE FUNCTION ring_bell()",
    ]
