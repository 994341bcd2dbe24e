"""Numbers of orders and names of billing items have a key in which they are compared."""

from alembic import op

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    op.execute('ALTER TABLE work_order ADD number_key text COLLATE "C"')
    op.execute('ALTER TABLE billing_item ADD name_key text COLLATE "C"')
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
        CREATE TRIGGER work_order_number_key BEFORE INSERT OR UPDATE OF number ON work_order
        FOR EACH ROW EXECUTE FUNCTION set_number_key()
        """
    )
