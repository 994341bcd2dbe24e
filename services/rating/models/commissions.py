"""The commissions of servers, with their periods and payments."""

from datetime import datetime
from decimal import Decimal

from sqlalchemy import Index, text

from services.rating.models.table import Table
from shared.database import columns


class CommissionPeriod(Table, table=True):
    """The periods in which commissions are booked. Exactly one is open; a closed period never changes."""

    __tablename__ = "commission_period"
    __table_args__ = (
        Index(
            "commission_period_open",
            text("(closed_at IS NULL)"),
            unique=True,
            postgresql_where=text("closed_at IS NULL"),
        ),
    )

    id: int = columns.identity()
    opened_at: datetime = columns.moment()
    closed_at: datetime | None = columns.moment(nullable=True)
    closed_by: str = columns.words()


class CommissionPayment(Table, table=True):
    """Commissions that are paid together."""

    __tablename__ = "commission_payment"

    id: int = columns.identity()
    status: str = columns.words()
    selected_by: str = columns.words()
    selected_at: datetime = columns.moment()
    paid_by: str = columns.words()
    paid_at: datetime | None = columns.moment(nullable=True)
    servers: int
    commissions: int
    total: Decimal = columns.total()


class Commission(Table, table=True):
    """What one line of a rating earns one server, or a correction of that.

    Only `payable_at`, `payment_id` and `void` ever change. Void rows were taken back before their period was closed and
    count nowhere.
    """

    __table_args__ = (
        Index("commission_work_order_id", "work_order_id", "version"),
        Index("commission_corrects", "corrects", postgresql_where=text("corrects IS NOT NULL")),
        Index("commission_period_id", "period_id", "server"),
        Index("commission_server", "server", "id"),
        Index("commission_accrued", "server", "id", postgresql_where=text("payable_at IS NULL")),
        Index(
            "commission_owed", "server", "id", postgresql_where=text("payable_at IS NOT NULL AND payment_id IS NULL")
        ),
        Index("commission_payment_id", "payment_id", postgresql_where=text("payment_id IS NOT NULL")),
    )

    id: int = columns.identity()
    corrects: int | None = columns.big("commission.id", nullable=True)
    kind: str = columns.words()
    period_id: int = columns.big("commission_period.id")
    server: str = columns.code("server.code")
    work_order_id: int = columns.big("work_order.id")
    version: int
    position: int
    billing_item: str = columns.code()
    method: str = columns.words()
    figure: Decimal = columns.rate()
    share: Decimal = columns.quantity()
    base: Decimal = columns.money()
    amount: Decimal = columns.money()
    words: str = columns.words()
    booked_by: str = columns.words()
    booked_at: datetime = columns.moment()
    payable_at: datetime | None = columns.moment(nullable=True)
    payment_id: int | None = columns.big("commission_payment.id", nullable=True)
    void: bool
