"""What a batch posted is kept, so that a page of batches does not add up all their transactions."""

from alembic import op

revision = "0036"
down_revision = "0035"

RUNTIME = "receivables_runtime"

_COLUMNS = """
ALTER TABLE batch ADD posted_count bigint NOT NULL DEFAULT 0, ADD posted_total numeric(24, 2) NOT NULL DEFAULT 0
"""
_KEEP = """
CREATE FUNCTION keep_batch_total() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE batch b SET posted_count = b.posted_count + s.count, posted_total = b.posted_total + s.total
    FROM (SELECT batch_id, count(*) AS count, sum(total) AS total FROM posted GROUP BY batch_id) AS s
    WHERE b.id = s.batch_id;
    RETURN NULL;
END $$
"""
_TRIGGER = """
CREATE TRIGGER keep_batch_total AFTER INSERT ON ar_transaction
REFERENCING NEW TABLE AS posted FOR EACH STATEMENT EXECUTE FUNCTION keep_batch_total()
"""
# In the same transaction as the trigger, so that nothing is posted between the two.
_FILL = """
UPDATE batch b SET posted_count = s.count, posted_total = s.total
FROM (SELECT batch_id, count(*) AS count, sum(total) AS total FROM ar_transaction GROUP BY batch_id) AS s
WHERE b.id = s.batch_id
"""


def upgrade() -> None:
    for statement in (_COLUMNS, _KEEP, _TRIGGER, _FILL):
        op.execute(statement)
    op.execute(f"GRANT UPDATE (posted_count, posted_total) ON batch TO {RUNTIME}")
