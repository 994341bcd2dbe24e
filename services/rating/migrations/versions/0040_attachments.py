"""Files can be attached to work orders, such as affidavits, photographs and receipts."""

from alembic import op

from shared.events import ddl

revision = "0040"
down_revision = "0039"

RUNTIME = "rating_runtime"

_TABLES = """
CREATE TABLE attachment (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    work_order_id bigint NOT NULL REFERENCES work_order,
    name text NOT NULL,
    media_type text NOT NULL CHECK (media_type IN ('application/pdf', 'image/png', 'image/jpeg')),
    bytes int NOT NULL,
    sha256 text COLLATE "C" NOT NULL,
    travels boolean NOT NULL,
    stored_in text NOT NULL CHECK (stored_in IN ('database', 'directory')),
    uploaded_by text NOT NULL,
    uploaded_at timestamptz NOT NULL DEFAULT now(),
    removed_at timestamptz,
    revision int NOT NULL DEFAULT 1
);
CREATE INDEX attachment_work_order ON attachment (work_order_id, id) WHERE removed_at IS NULL;
CREATE UNIQUE INDEX attachment_once ON attachment (work_order_id, sha256) WHERE removed_at IS NULL;
CREATE INDEX attachment_removed ON attachment (removed_at) WHERE removed_at IS NOT NULL;
CREATE TABLE attachment_content (
    attachment_id bigint PRIMARY KEY REFERENCES attachment ON DELETE CASCADE,
    content bytea NOT NULL
)
"""


def upgrade() -> None:
    for statement in _TABLES.split(";\n"):
        op.execute(statement)
    for statement in ddl.last_change_v1("attachment"):
        op.execute(statement)
    # What is packed already is not packed again.
    op.execute("ALTER TABLE attachment_content ALTER content SET STORAGE EXTERNAL")
    op.execute(f"GRANT UPDATE (travels, removed_at, revision, changed_by, changed_at) ON attachment TO {RUNTIME}")
    op.execute(f"GRANT DELETE ON attachment, attachment_content TO {RUNTIME}")
