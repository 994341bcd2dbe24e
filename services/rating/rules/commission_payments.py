"""Owns commission periods and payments: what is owed, and what is paid together."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Literal

from shared.values.money import ZERO, Money

PaymentStatus = Literal["selected", "paid", "released"]


@dataclass(frozen=True)
class Owed:
    """A booking that can be paid."""

    id: int
    server: str
    amount: Decimal


@dataclass(frozen=True)
class Choice:
    """The bookings to pay, how many servers they belong to, and their total."""

    ids: tuple[int, ...] = ()
    servers: int = 0
    total: Decimal = field(default=ZERO)


def choose(owed: Sequence[Owed]) -> Choice:
    """Chooses what can be paid now: all bookings of each server whose balance is 0.00 or more.

    A negative balance waits and is offset against later commissions. Example: 40.00 and −50.00 of one server wait;
    with 25.00 more, all three are paid as 15.00. Source: rating, commissions: a reversal of a paid commission is
    carried into the next run.
    """
    sums: dict[str, Decimal] = defaultdict(lambda: ZERO)
    for booking in owed:
        sums[booking.server] += booking.amount
    paid = {server for server, total in sums.items() if total >= 0}
    return Choice(
        ids=tuple(booking.id for booking in owed if booking.server in paid),
        servers=len(paid),
        total=sum((sums[server] for server in paid), ZERO),
    )


@dataclass(frozen=True)
class Period:
    """A commission period with what is booked in it. The period without `closed_at` is open."""

    id: int
    opened_at: datetime
    closed_at: datetime | None
    closed_by: str
    bookings: int
    amount: Money


@dataclass(frozen=True)
class Payment:
    """Commissions that are paid together: `selected` first, and then `paid` or `released`.

    `GET /commissions?payment=…` lists them.
    """

    id: int
    status: PaymentStatus
    selected_by: str
    selected_at: datetime
    paid_by: str
    paid_at: datetime | None
    servers: int
    commissions: int
    total: Money
