"""Invoices, which gather orders."""

from datetime import date, datetime

from sqlalchemy import Index, text

from services.rating.models.table import Table
from shared.database import columns


class Invoice(Table, table=True):
    """The orders for one bill-to of one branch. `attempt` counts the hand-overs to receivables.

    A rollup that was made by rule stores what its orders have in common: a matter or attorney, and a cycle.
    """

    __table_args__ = (
        Index("invoice_draft", "branch", "bill_to", postgresql_where=text("status = 'draft'")),
        Index("invoice_refused", "id", postgresql_where=text("status = 'draft' AND attempt > 0")),
        Index("invoice_bill_to", "bill_to", "id"),
        Index("invoice_branch", "branch", "id"),
    )

    id: int = columns.identity(always=False)
    kind: str = columns.words()
    branch: str = columns.code("branch.code")
    bill_to: str = columns.code()
    status: str = columns.words()
    attempt: int
    ar_number: str | None = columns.code(nullable=True)
    ar_month: str | None = columns.code(nullable=True)
    ar_transaction: int | None = columns.big(nullable=True)
    ar_invoice_id: int | None = columns.big(nullable=True)
    grouping: str = columns.words()
    grouped_by: str = columns.code()
    cycle_from: date | None = None
    cycle_to: date | None = None
    made_by: str = columns.words()
    revision: int
    changed_by: str | None = columns.words(nullable=True)
    changed_at: datetime | None = columns.moment(nullable=True)
    created_at: datetime = columns.moment()
