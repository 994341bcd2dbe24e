"""Owns the amounts: which lines of a profile come, with which quantity, at which amount, and why the others do not."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from services.rating.errors import NothingToCharge
from services.rating.rules.orders import ONE, WorkOrder
from services.rating.rules.rate_tables import BillingProfile, ProfileLine, RateTable, describe, match_profile, region_of
from shared.errors import DomainError
from shared.money import ZERO, round_cents

_SINGLE = Decimal(1)


@dataclass(frozen=True, slots=True)
class RatedLine:
    """One charge of a rating. Amount in the company's currency, quantity in units of its source."""

    position: int
    billing_item: str
    income_account: str
    quantity: Decimal
    quantity_source: str
    unit_rate: Decimal
    amount: Decimal
    taxable: bool
    fee_advance: bool
    origin: str


@dataclass(frozen=True, slots=True)
class LineReason:
    """Why a line of the profile came or did not: `charged`, `not_triggered`, `no_quantity` or `optional`."""

    position: int
    billing_item: str
    verdict: str
    words: str


@dataclass(frozen=True, slots=True)
class Rated:
    """The price of an order, with everything that explains it."""

    work_order_id: int
    profile: BillingProfile
    region: str
    region_from: str
    lines: tuple[RatedLine, ...]
    reasons: tuple[LineReason, ...]
    charges_total: Decimal
    advances_total: Decimal

    @property
    def total(self) -> Decimal:
        return self.charges_total + self.advances_total


def amount_of(line: ProfileLine, quantity: Decimal) -> Decimal:
    """The amount of one line, rounded half up to the cent, once.

    `flat`: the rate. `per_unit`: rate × (quantity − included units), never below 0: 37.5 miles at 0.65 are 24.375,
    so 24.38. Source: rating, section 3.6.
    """
    if line.method == "flat":
        return round_cents(line.rate)
    return round_cents(line.rate * max(quantity - line.included_units, Decimal(0)))


def fires(line: ProfileLine, order: WorkOrder) -> bool:
    """Whether the trigger of a triggered line is on the order: a flag it carries, or the outcome in the field.

    Outcomes are bill types named like the field statuses: `SERVED`, `NOT_SERVED`, `CANCELLED`.
    """
    if line.bill_kind == "outcome":
        return line.bill_type == order.field_status.upper()
    return line.bill_type in order.triggers


def quantity_of(line: ProfileLine, order: WorkOrder) -> Decimal | None:
    """The quantity of a line: 1, or what the proof of delivery reports; None or 0 means that the line does not come."""
    if line.quantity_source == ONE:
        return _SINGLE
    reported: Decimal | None = getattr(order, line.quantity_source)
    return reported


def _judge(line: ProfileLine, order: WorkOrder) -> tuple[RatedLine | None, LineReason]:
    def reason(verdict: str, words: str) -> LineReason:
        return LineReason(line.position, line.billing_item, verdict, words)

    if line.mode == "optional":
        return None, reason("optional", "offered only; add it by hand")
    if line.mode == "triggered" and not fires(line, order):
        carried = order.field_status if line.bill_kind == "outcome" else ", ".join(order.triggers) or "none"
        return None, reason("not_triggered", f"needs {line.bill_type}; the order has {carried}")
    quantity = quantity_of(line, order)
    if not quantity:
        return None, reason("no_quantity", f"no {line.quantity_source} in the proof of delivery")
    amount = amount_of(line, quantity)
    rated = RatedLine(
        position=line.position,
        billing_item=line.billing_item,
        income_account=line.income_account,
        quantity=quantity,
        quantity_source=line.quantity_source,
        unit_rate=line.rate,
        amount=amount,
        taxable=line.taxable,
        fee_advance=line.fee_advance,
        origin="auto" if line.mode == "triggered" else "rate",
    )
    return rated, reason("charged", _calculation(line, quantity, amount))


def _calculation(line: ProfileLine, quantity: Decimal, amount: Decimal) -> str:
    because = f"{line.bill_type}: " if line.mode == "triggered" else ""
    if line.method == "flat":
        return f"{because}flat {amount}"
    free = f" after {line.included_units.normalize():f} included" if line.included_units else ""
    return f"{because}{quantity:f} {line.quantity_source}{free} at {line.rate.normalize():f} = {amount}"


def price_order(order: WorkOrder, profile: BillingProfile, region: str, region_from: str) -> Rated:
    """Applies the lines of `profile` to `order`; an order without any charge is refused, never invoiced at 0.00.

    Example (Bexar, 2016): Rush inside the county 90.00 and skip trace 195.00 make 285.00.
    """
    judged = [_judge(line, order) for line in profile.lines]
    lines = tuple(rated for rated, _ in judged if rated is not None)
    reasons = tuple(reason for _, reason in judged)
    if not lines:
        raise NothingToCharge(
            f"Profile {profile.id} ({describe(profile.key)}) fits work order {order.number}, but no line comes: "
            + "; ".join(f"{one.billing_item} {one.words}" for one in reasons),
            members={"profile_id": profile.id},
        )
    return Rated(
        work_order_id=order.id,
        profile=profile,
        region=region,
        region_from=region_from,
        lines=lines,
        reasons=reasons,
        charges_total=sum((line.amount for line in lines if not line.fee_advance), ZERO),
        advances_total=sum((line.amount for line in lines if line.fee_advance), ZERO),
    )


def rate_work_order(order: WorkOrder, table: RateTable) -> Rated:
    """Region, profile, lines: the whole rating of one order; raises the refusal that says what is missing."""
    region, region_from = region_of(order, table)
    return price_order(order, match_profile(order, region, table), region, region_from)


@dataclass(frozen=True)
class Failed:
    """Why an order of a bulk rating was not rated."""

    work_order_id: int
    code: str
    detail: str


def rate_work_orders(orders: Sequence[WorkOrder], table: RateTable) -> tuple[list[Rated], list[Failed]]:
    """Rates each order on its own; one that cannot be rated never stops the others."""
    rated: list[Rated] = []
    failed: list[Failed] = []
    for order in orders:
        try:
            rated.append(rate_work_order(order, table))
        except DomainError as error:
            failed.append(Failed(order.id, error.code, error.detail))
    return rated, failed
