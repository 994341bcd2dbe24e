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
from shared.values.dates import CalendarDate
from shared.values.fields import field_names
from shared.values.filters import Filter
from shared.values.money import ZERO, Money, Quantity, Rate, round_cents
from shared.values.numbers import Id, plain
from shared.values.text import CodeText, NumberText

BookingKind = Literal["earned", "adjusted", "reversed"]
CommissionStatus = Literal["accrued", "payable", "selected", "paid"]


@dataclass(frozen=True, slots=True)
class LineTerms:
    """The commission terms of a charged line. `figure` is an amount (`flat`) or a percentage (`percent`)."""

    position: int
    billing_item: str
    amount: Decimal
    method: CommissionMethod
    figure: Decimal
    servers: tuple[ServerShare, ...]


@dataclass(frozen=True)
class RatePeriod:
    """The percentage of a server from one day to another, both included. None means until further notice."""

    percent: Decimal
    effective_from: date
    effective_to: date | None


@dataclass(frozen=True)
class ServerTerms:
    """Whether a server receives commission, and the server's own percentages, which never overlap."""

    receives_commission: bool
    rates: Sequence[RatePeriod] = ()

    def percent_on(self, day: date) -> Decimal | None:
        """The percentage in force on a day, or None."""
        for rate in self.rates:
            if rate.effective_from <= day and (rate.effective_to is None or day <= rate.effective_to):
                return rate.percent
        return None


@dataclass(frozen=True, slots=True)
class Earned:
    """What one line earns one server. `base` is the server's part of the line, `words` is the calculation in words."""

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

    `flat` and `percent` give one amount for the line, split by the shares. `server` splits the line itself by the
    shares, and each server earns their own percentage of their part: the percentage in force on the day of service. A
    server who has no percentage on that day or does not receive commission earns nothing. The last share gets the
    remaining cents.
    Example: 10 % of 100.05 is 10.01; by 1 and 1, that is 5.01 and 5.00. Source: rating, commissions.
    """
    if not terms.servers:
        return []
    shares = [server.share for server in terms.servers]
    bases = split(terms.amount, shares)
    if terms.method == "server":
        return [
            _own_percentage(terms, share, base, served_on, servers[share.server])
            for share, base in zip(terms.servers, bases, strict=True)
        ]
    if terms.method == "flat":
        whole, words = round_cents(terms.figure), f"{round_cents(terms.figure)} for the line"
    else:
        whole, words = round_cents(terms.amount * terms.figure / 100), f"{plain(terms.figure)} % of {terms.amount}"
    return [
        _earned(terms, share, base, terms.figure, amount, words + _shared(share, shares))
        for share, base, amount in zip(terms.servers, bases, split(whole, shares), strict=True)
    ]


def _own_percentage(
    terms: LineTerms, share: ServerShare, base: Decimal, served_on: date, server: ServerTerms
) -> Earned:
    percent = server.percent_on(served_on)
    if not server.receives_commission:
        return _earned(terms, share, base, ZERO, ZERO, f"{share.server} does not receive commission")
    if percent is None:
        return _earned(terms, share, base, ZERO, ZERO, f"{share.server} has no commission rate on {served_on}")
    amount = round_cents(base * percent / 100)
    return _earned(terms, share, base, percent, amount, f"{share.server}'s own {plain(percent)} % of {base}")


def _earned(
    terms: LineTerms, share: ServerShare, base: Decimal, figure: Decimal, amount: Decimal, words: str
) -> Earned:
    return Earned(
        terms.position, terms.billing_item, share.server, terms.method, figure, share.share, base, amount, words
    )


def _shared(share: ServerShare, shares: Sequence[Decimal]) -> str:
    return "" if len(shares) == 1 else f", share {plain(share.share)} of {plain(sum(shares, Decimal(0)))}"


def earned_by_line(earned: Iterable[Earned]) -> dict[int, Decimal]:
    """What each line of a rating earns all its servers together, by the position of the line."""
    sums: dict[int, Decimal] = {}
    for part in earned:
        sums[part.position] = sums.get(part.position, ZERO) + part.amount
    return sums


@dataclass(frozen=True)
class Balance:
    """What a line earned a server, and what is left of it.

    `figured` is the calculated amount, `earned` includes adjustments, `left` also includes reversals by credits.
    `total` is the total of the rating.
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
    """A credit of one rating version of an order, and what remains of its total after all credits so far."""

    work_order_id: int
    version: int
    credited: Decimal
    remaining: Decimal


@dataclass(frozen=True)
class Correction:
    """An amount to book for the commission with the id `corrects`."""

    corrects: int
    amount: Decimal


def reverse(balances: Iterable[Balance], given: Iterable[Credit]) -> list[Correction]:
    """The corrections by which credits reverse commissions.

    A credit reverses commissions in proportion to the credited amount. The credit that leaves nothing of the order
    reverses the rest. No more is reversed than is left, so credits can arrive in any order. Example: 10.00 was earned
    on an order of 90.00; three credits of 30.00 reverse 3.33, 3.33 and 3.34. Source: rating, commissions.
    """
    by_order = {(credit.work_order_id, credit.version): credit for credit in given}
    reversals = []
    for balance in balances:
        credit = by_order.get((balance.work_order_id, balance.version))
        if credit is None:
            continue
        reversed_amount = balance.left
        if credit.remaining and balance.total:
            part = round_cents(balance.earned * credit.credited / balance.total)
            # A commission can be negative after an adjustment; then it is reversed towards zero from below.
            if balance.left >= 0:
                reversed_amount = max(ZERO, min(part, balance.left))
            else:
                reversed_amount = min(ZERO, max(part, balance.left))
        if reversed_amount:
            reversals.append(Correction(balance.id, -reversed_amount))
    return reversals


def adjust(balance: Balance | None, amount: Decimal, *, period_closed: bool) -> Correction:
    """The correction that changes a commission to another amount. `balance` is None if the commission is void.

    Example: 10.00 was earned and 6.67 is left after a credit; adjusting to 8.00 books 1.33. Possible until the period
    of the commission is closed. Raises CommissionTakenBack, CommissionPeriodClosed or NothingToAdjust.
    Source: rating, commissions.
    """
    if balance is None or (balance.left == ZERO != balance.earned):
        raise CommissionTakenBack("This commission was reversed, because its order was rated again or credited.")
    if period_closed:
        raise CommissionPeriodClosed("The period of this commission is closed, so it can no longer be adjusted.")
    if amount == balance.left:
        raise NothingToAdjust(f"The commission is already {balance.left}.")
    return Correction(balance.id, amount - balance.left)


def keep_adjusted(before: Iterable[Balance], after: Iterable[Balance]) -> list[Correction]:
    """The corrections that carry amounts adjusted by hand over to the commissions of a new rating.

    Commissions are matched by server and billing item, in the order of their lines. An amount entered by hand stays,
    like that of an overridden line (rating, section 3.8). Example: 20.00 was adjusted to 25.00 and the new rating earns
    30.00, so −5.00 is booked.
    """
    unmatched: dict[tuple[str, str], list[Balance]] = defaultdict(list)
    for new in after:
        unmatched[new.server, new.billing_item].append(new)
    corrections = []
    for old in before:
        same = unmatched[old.server, old.billing_item]
        match = same.pop(0) if same else None
        if match is not None and old.earned not in {old.figured, match.earned}:
            corrections.append(Correction(match.id, old.earned - match.earned))
    return corrections


class CommissionFilter(Filter):
    """Filters bookings. `served_from` and `served_to` are service dates."""

    server: CodeText | None = None
    branch: CodeText | None = None
    period: Id | None = None
    payment: Id | None = None
    status: CommissionStatus | None = Field(default=None, description="`payable` means owed to the server.")
    work_order: NumberText | None = Field(default=None, description="The number of a work order.")
    served_from: CalendarDate | None = None
    served_to: CalendarDate | None = None


@dataclass(frozen=True)
class Booking:
    """What a line earned a server (`earned`), or how an adjustment or a reversal changed it.

    `commission_id` is the id of the `earned` booking. `base` is the server's part of the line, `figure` the amount or
    the percentage. `accrued` means only rated; `payable` means owed, because the invoice is in A/R.
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
    """A commission with all its bookings and their sum. You need the ETag to adjust it."""

    id: int
    amount: Money
    bookings: Sequence[Booking]


def commission_of(bookings: Sequence[Booking]) -> Commission:
    """The commission that consists of these bookings; the first one is what was earned."""
    return Commission(bookings[0].id, sum((booking.amount for booking in bookings), ZERO), bookings)


@dataclass(frozen=True)
class Sums:
    """Commissions that are not yet in A/R, owed, selected for payment, and paid. `amount` is the sum of the four."""

    accrued: Money
    owed: Money
    selected: Money
    paid: Money
    amount: Money


@dataclass(frozen=True)
class ServerTotal(Sums):
    """The sums of one server, with the number of bookings."""

    server: str
    name: str
    bookings: int


@dataclass(frozen=True)
class CommissionTotals(Sums):
    """Totals of all bookings that match the filters, and by server."""

    count: int
    by_server: Sequence[ServerTotal]


def total_of(servers: Sequence[ServerTotal]) -> CommissionTotals:
    """Adds up the sums of the servers."""
    return CommissionTotals(
        **{name: sum((getattr(server, name) for server in servers), ZERO) for name in field_names(Sums)},
        count=sum(server.bookings for server in servers),
        by_server=servers,
    )
