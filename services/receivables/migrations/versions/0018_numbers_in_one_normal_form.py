"""Numbers of customers have a key in which they are compared; older ones that differ only by case keep none."""

from alembic import op

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    op.execute('ALTER TABLE customer ADD number_key text COLLATE "C"')
    # Numbers are letters of English, digits and marks, so this is the form of shared.values.names.fold.
    op.execute(
        """
        CREATE FUNCTION set_number_key() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            NEW.number_key := lower(NEW.number);
            RETURN NEW;
        END $$
        """
    )
    op.execute(
        """
        CREATE TRIGGER customer_number_key BEFORE INSERT OR UPDATE OF number ON customer
        FOR EACH ROW EXECUTE FUNCTION set_number_key()
        """
    )
    op.execute(
        """
        UPDATE customer SET number_key = lower(number)
        WHERE (ar_company, lower(number)) NOT IN (
            SELECT ar_company, lower(number) FROM customer GROUP BY ar_company, lower(number) HAVING count(*) > 1)
        """
    )
