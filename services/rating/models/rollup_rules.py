"""Roll-up rules."""

from sqlalchemy import UniqueConstraint

from services.rating.models.table import Table
from shared.database import columns


class RollupRule(Table, table=True):
    """How the orders of a bill-to come on invoices; one without a rule gets an invoice for each order."""

    __tablename__ = "rollup_rule"
    __table_args__ = (UniqueConstraint("ar_company", "bill_to", name="rollup_rule_customer"),)

    id: int = columns.identity()
    ar_company: int
    bill_to: str = columns.code()
    style: str = columns.words()
    grouping: str = columns.words()
    cycle: str | None = columns.words(nullable=True)
    revision: int
