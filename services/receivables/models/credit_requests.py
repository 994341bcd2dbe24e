"""Requests for credits over the four-eyes limit."""

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import BigInteger, Column, ForeignKey, Index, text
from sqlmodel import Field

from services.receivables.models.table import Table
from shared.database import columns


class CreditRequest(Table, table=True):
    """A request for a credit over the four-eyes limit, and the decision about it."""

    __tablename__ = "credit_request"
    __table_args__ = (
        Index("credit_request_invoice", "invoice_id"),
        Index("credit_request_waiting", "id", postgresql_where=text("status = 'awaiting_approval'")),
    )

    id: int = columns.identity()
    invoice_id: int = columns.big("ar_transaction.id")
    status: str = columns.words()
    amount: Decimal = columns.money()
    month: str = columns.code()
    credit_on: date
    disposition: str | None = columns.words(nullable=True)
    reason: str = columns.words()
    requested_by: str = columns.words()
    requested_at: datetime = columns.moment()
    decided_by: str | None = columns.words(nullable=True)
    decided_at: datetime | None = columns.moment(nullable=True)
    decision_reason: str = columns.words()
    credit_id: int | None = columns.big("ar_transaction.id", nullable=True)
    revision: int
    changed_by: str | None = columns.words(nullable=True)
    changed_at: datetime | None = columns.moment(nullable=True)


class CreditRequestLine(Table, table=True):
    """The amount to credit on a line, including tax."""

    __tablename__ = "credit_request_line"

    request_id: int = Field(sa_column=Column(BigInteger, ForeignKey("credit_request.id"), primary_key=True))
    line: int = Field(primary_key=True)
    amount: Decimal = columns.money()
