"""Owns commission periods and payments: what is owed, and what of it is chosen to be paid."""

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
    """A booking that could be paid."""

    id: int
    server: str
    amount: Decimal


@dataclass(frozen=True)
class Choice:
    """Which bookings a payment takes, and what it comes to."""

    ids: tuple[int, ...] = ()
    servers: int = 0
    total: Decimal = field(default=ZERO)


def choose(owed: Sequence[Owed]) -> Choice:
    """What can be paid now: everything of each server to whom it comes to 0.00 or more.

    Nobody is paid less than nothing: who owes more than he earned waits, and it is set off against what comes next.
    Example: 40.00 and −50.00 of one server wait; with 25.00 more all three are paid as 15.00. Source: rating, commissions:
    a commission already paid carries a negative into the next run.
    """
    sums: dict[str, Decimal] = defaultdict(lambda: ZERO)
    for one in owed:
        sums[one.server] += one.amount
    paid = {server for server, total in sums.items() if total >= 0}
    return Choice(
        tuple(one.id for one in owed if one.server in paid), len(paid), sum((sums[one] for one in paid), ZERO)
    )


@dataclass(frozen=True)
class Period:
    """A commission period; `amount` is what is booked in it. The one without `closed_at` is open."""

    id: int
    opened_at: datetime
    closed_at: datetime | None
    closed_by: str
    bookings: int
    amount: Money


@dataclass(frozen=True)
class Payment:
    """Commissions chosen together: `selected`, then `paid`, or `released` again; their list is
    `GET /commissions?payment=…`.
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
