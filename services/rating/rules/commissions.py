"""Owns commissions: what a line earns its servers, and what an adjustment or a credit changes."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Literal

from pydantic import Field

from services.rating.errors import CommissionPeriodClosed, CommissionTakenBack, NothingToAdjust
from services.rating.records.charges import ServerShare
from services.rating.records.commission_terms import CommissionMethod
from services.rating.rules.charges import split
from shared.values.fields import field_names
from shared.values.filters import Filter
from shared.values.money import ZERO, Money, Quantity, Rate, round_cents
from shared.values.numbers import Id, plain
from shared.values.text import CodeText, NumberText

BookingKind = Literal["earned", "adjusted", "reversed"]
CommissionStatus = Literal["accrued", "payable", "selected", "paid"]


@dataclass(frozen=True, slots=True)
class LineTerms:
    """What a charged line says of its commission; `figure` is an amount (`flat`) or a percentage (`percent`)."""

    position: int
    billing_item: str
    amount: Decimal
    method: CommissionMethod
    figure: Decimal
    servers: tuple[ServerShare, ...]


@dataclass(frozen=True)
class RatePeriod:
    """The percentage of a server from one day to another, both included; None for until further notice."""

    percent: Decimal
    effective_from: date
    effective_to: date | None


@dataclass(frozen=True)
class ServerTerms:
    """Whether a server receives commission, and his own percentages, which never overlap."""

    receives_commission: bool
    rates: Sequence[RatePeriod] = ()

    def percent_on(self, day: date) -> Decimal | None:
        """The percentage in force on a day."""
        for one in self.rates:
            if one.effective_from <= day and (one.effective_to is None or day <= one.effective_to):
                return one.percent
        return None


@dataclass(frozen=True, slots=True)
class Earned:
    """What one line earns one server: `base` is his part of the line, `words` say how the amount came about."""

    position: int
    billing_item: str
    server: str
    method: CommissionMethod
    figure: Decimal
    share: Decimal
    base: Decimal
    amount: Decimal
    words: str


def earn(terms: LineTerms, served_on: date, servers: Mapping[str, ServerTerms]) -> list[Earned]:
    """What a line earns each of its servers.

    `flat` and `percent` give one amount for the line, split by the shares. `server` splits the line by the shares and
    gives each server his own percentage of his part on the day of service, if he receives commission and has one then.
    The last share takes the odd cent. Example: 10 percent of 100.05 is 10.01; by 1 and 1 that is 5.01 and 5.00.
    Source: rating, commissions.
    """
    if not terms.servers:
        return []
    shares = [one.share for one in terms.servers]
    bases = split(terms.amount, shares)
    if terms.method == "server":
        return [
            _own_percentage(terms, one, base, served_on, servers[one.server])
            for one, base in zip(terms.servers, bases, strict=True)
        ]
    if terms.method == "flat":
        whole, words = round_cents(terms.figure), f"{round_cents(terms.figure)} for the line"
    else:
        whole, words = round_cents(terms.amount * terms.figure / 100), f"{plain(terms.figure)} % of {terms.amount}"
    return [
        _earned(terms, one, base, terms.figure, amount, words + _shared(one, shares))
        for one, base, amount in zip(terms.servers, bases, split(whole, shares), strict=True)
    ]


def _own_percentage(terms: LineTerms, who: ServerShare, base: Decimal, served_on: date, server: ServerTerms) -> Earned:
    percent = server.percent_on(served_on)
    if not server.receives_commission:
        return _earned(terms, who, base, ZERO, ZERO, f"{who.server} does not receive commission")
    if percent is None:
        return _earned(terms, who, base, ZERO, ZERO, f"{who.server} has no commission rate on {served_on}")
    amount = round_cents(base * percent / 100)
    return _earned(terms, who, base, percent, amount, f"{who.server}'s own {plain(percent)} % of {base}")


def _earned(terms: LineTerms, who: ServerShare, base: Decimal, figure: Decimal, amount: Decimal, words: str) -> Earned:
    return Earned(terms.position, terms.billing_item, who.server, terms.method, figure, who.share, base, amount, words)


def _shared(who: ServerShare, shares: Sequence[Decimal]) -> str:
    return "" if len(shares) == 1 else f", share {plain(who.share)} of {plain(sum(shares, Decimal(0)))}"


def earned_by_line(earned: Iterable[Earned]) -> dict[int, Decimal]:
    """What the lines of a rating earn all their servers together, by position."""
    sums: dict[int, Decimal] = {}
    for one in earned:
        sums[one.position] = sums.get(one.position, ZERO) + one.amount
    return sums


@dataclass(frozen=True)
class Standing:
    """What a line earned a server and what is left of it: `earned` with adjustments, `left` after credits as well.

    `figured` is what it was before any adjustment, `total` that of the rating.
    """

    id: int
    work_order_id: int
    version: int
    total: Decimal
    earned: Decimal
    left: Decimal
    figured: Decimal = ZERO
    server: str = ""
    billing_item: str = ""


@dataclass(frozen=True)
class Credit:
    """A credit of one version of an order: how much, and what all credits so far have left of its total."""

    work_order_id: int
    version: int
    credited: Decimal
    remaining: Decimal


@dataclass(frozen=True)
class Correction:
    """An amount to book against a commission."""

    corrects: int
    amount: Decimal


def reverse(standings: Iterable[Standing], given: Iterable[Credit]) -> list[Correction]:
    """What credits take back of commissions: pro rata, and the credit that leaves nothing of the order takes the rest.

    Never more is taken back than is left, so that credits may come in any order. Example: 10.00 earned on an order of
    90.00; credits of 30.00, 30.00 and 30.00 take back 3.33, 3.33 and 3.34. Source: rating, commissions.
    """
    by_order = {(one.work_order_id, one.version): one for one in given}
    taken = []
    for one in standings:
        credit = by_order.get((one.work_order_id, one.version))
        if credit is None:
            continue
        back = one.left
        if credit.remaining and one.total:
            part = round_cents(one.earned * credit.credited / one.total)
            back = max(ZERO, min(part, one.left)) if one.left >= 0 else min(ZERO, max(part, one.left))
        if back:
            taken.append(Correction(one.id, -back))
    return taken


def adjust(standing: Standing | None, amount: Decimal, *, period_closed: bool) -> Correction:
    """What brings a commission to another amount by hand, possible until its period is closed; None is a void one.

    Raises CommissionTakenBack, CommissionPeriodClosed, NothingToAdjust. Source: rating, commissions.
    """
    if standing is None or (standing.left == ZERO != standing.earned):
        raise CommissionTakenBack("This commission was taken back, because its order was rated again or credited.")
    if period_closed:
        raise CommissionPeriodClosed("The period of this commission is closed; it can no longer be adjusted.")
    if amount == standing.left:
        raise NothingToAdjust(f"The commission is {standing.left} already.")
    return Correction(standing.id, amount - standing.left)


def keep_adjusted(before: Iterable[Standing], after: Iterable[Standing]) -> list[Correction]:
    """What brings the commissions of a new rating to the amounts to which those of the old one were adjusted by hand.

    A commission is the same where its server and billing item are, line by line in their order. An amount by hand stays,
    as an overridden line does (rating, section 3.8). Example: 20.00 was adjusted to 25.00, and the new rating earns 30.00:
    −5.00.
    """
    following: dict[tuple[str, str], list[Standing]] = defaultdict(list)
    for one in after:
        following[one.server, one.billing_item].append(one)
    kept = []
    for one in before:
        same = following[one.server, one.billing_item]
        new = same.pop(0) if same else None
        if new is not None and one.earned not in {one.figured, new.earned}:
            kept.append(Correction(new.id, one.earned - new.earned))
    return kept


class CommissionFilter(Filter):
    """Which bookings a list shows; the days are those of service."""

    server: CodeText | None = None
    branch: CodeText | None = None
    period: Id | None = None
    payment: Id | None = None
    status: CommissionStatus | None = Field(default=None, description="`payable` is what is owed.")
    work_order: NumberText | None = Field(default=None, description="The number of an order.")
    served_from: date | None = None
    served_to: date | None = None


@dataclass(frozen=True)
class Booking:
    """A booking: what a line earned a server (`earned`), or what an adjustment or a reversal changed of it.

    `commission_id` is that of what was earned. `base` is the server's part of the line, `figure` the amount or the
    percentage. `accrued` is rated only, `payable` is owed because the invoice is in A/R.
    """

    id: int
    commission_id: int
    kind: BookingKind
    period: int
    server: str
    server_name: str
    work_order_id: int
    work_order: str
    version: int
    branch: str
    bill_to: str
    service_on: date
    invoice: str | None
    billing_item: str
    base: Money
    method: CommissionMethod
    figure: Rate
    share: Quantity
    amount: Money
    status: CommissionStatus
    payment: int | None
    words: str
    booked_by: str
    booked_at: datetime


@dataclass(frozen=True)
class Commission:
    """A commission with all its bookings; `amount` is what they come to. The ETag is needed to adjust it."""

    id: int
    amount: Money
    bookings: Sequence[Booking]


def commission_of(bookings: Sequence[Booking]) -> Commission:
    """The commission of its bookings, the first of which is what was earned."""
    return Commission(bookings[0].id, sum((one.amount for one in bookings), ZERO), bookings)


@dataclass(frozen=True)
class Sums:
    """What is not yet in A/R, owed, chosen to be paid, paid; `amount` is all of it."""

    accrued: Money
    owed: Money
    selected: Money
    paid: Money
    amount: Money


@dataclass(frozen=True)
class ServerTotal(Sums):
    """What a server has: rated only, owed, chosen to be paid, paid; `amount` is all of it."""

    server: str
    name: str
    bookings: int


@dataclass(frozen=True)
class CommissionTotals(Sums):
    """The totals of everything that fits, and by server."""

    count: int
    by_server: Sequence[ServerTotal]


def total_of(servers: Sequence[ServerTotal]) -> CommissionTotals:
    """Adds up what the servers have."""
    return CommissionTotals(
        **{name: sum((getattr(one, name) for one in servers), ZERO) for name in field_names(Sums)},
        count=sum(one.bookings for one in servers),
        by_server=servers,
    )
