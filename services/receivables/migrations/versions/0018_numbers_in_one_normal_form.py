"""Numbers of customers have a key in which they are compared; older ones that differ only by case keep none."""

from alembic import op

from shared.database.name_keys import number_key_v1

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    for statement in number_key_v1("customer"):
        op.execute(statement)
    op.execute(
        """
        UPDATE customer SET number_key = lower(number)
        WHERE (ar_company, lower(number)) NOT IN (
            SELECT ar_company, lower(number) FROM customer GROUP BY ar_company, lower(number) HAVING count(*) > 1)
        """
    )
