"""Owns what a rating is made of: its lines, why they came, and why the others did not."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

from services.rating.records.billing_profiles import Key, PricingMethod
from services.rating.records.work_orders import QuantitySource
from services.rating.rules.commissions import LineTerms
from services.rating.rules.matching import RegionSource
from services.rating.rules.rate_tables import BillingProfile
from services.rating.rules.wanted import LineOrigin
from shared.values.money import Money, Quantity, Rate

Verdict = Literal["charged", "not_triggered", "no_quantity", "no_base", "optional", "not_applied"]


@dataclass(frozen=True, slots=True)
class ServerPart:
    """A server of a prebill with his share of its amount; the last one takes the odd cent."""

    server: str
    share: Quantity
    amount: Money


@dataclass(frozen=True, slots=True)
class RatedLine:
    """One charge of a rating. Amount in the company's currency, quantity in units of its source.

    `quantity_source` is `hand` where a person entered the quantity. An overridden line carries in `original_amount` what
    it would have cost, and why it has another.
    """

    position: int
    billing_item: str
    income_account: str
    quantity: Quantity
    quantity_source: QuantitySource
    unit_rate: Rate
    amount: Money
    taxable: bool
    fee_advance: bool
    origin: LineOrigin
    method: PricingMethod
    comment: str
    original_amount: Money | None
    override_reason: str | None
    servers: Sequence[ServerPart]


@dataclass(frozen=True, slots=True)
class LineReason:
    """Why a line came or did not: every line of the profile, every prebill, every line by hand, every override."""

    position: int
    billing_item: str
    verdict: Verdict
    words: str


@dataclass(frozen=True, kw_only=True)
class Explanation:
    """How a rating came about.

    `key` is the order's, `profile_key` that of the profile, which may hold `ANY`. What the order carries and no line takes
    up stands in `unused_triggers` and `unused_quantities`. Source: rating, section 3.7.
    """

    key: Key
    profile_key: Key | None = None
    region_from: RegionSource
    effective_from: date
    source: str
    fired_triggers: Sequence[str] = ()
    unused_triggers: Sequence[str] = ()
    unused_quantities: Sequence[str] = ()
    lines: Sequence[LineReason]


@dataclass(frozen=True, slots=True)
class Rated:
    """The price of an order, with everything that explains it.

    `unused_triggers` and `unused_quantities` are on the order, but no line of the profile takes them up. `terms` are those
    of the lines that earn a commission.
    """

    work_order_id: int
    key: Key
    profile: BillingProfile
    region: str
    region_from: RegionSource
    lines: tuple[RatedLine, ...]
    reasons: tuple[LineReason, ...]
    charges_total: Decimal
    advances_total: Decimal
    fired_triggers: tuple[str, ...] = ()
    unused_triggers: tuple[str, ...] = ()
    unused_quantities: tuple[str, ...] = ()
    terms: tuple[LineTerms, ...] = ()

    @property
    def total(self) -> Decimal:
        return self.charges_total + self.advances_total


def explain(rated: Rated) -> Explanation:
    """What is kept of how a rating came about: the order's key and the profile's, where the region came from, which
    triggers fired, what the order carries and no line takes up, and a verdict for every line.
    """
    return Explanation(
        key=rated.key,
        profile_key=rated.profile.key,
        region_from=rated.region_from,
        effective_from=rated.profile.effective_from,
        source=rated.profile.source,
        fired_triggers=rated.fired_triggers,
        unused_triggers=rated.unused_triggers,
        unused_quantities=rated.unused_quantities,
        lines=rated.reasons,
    )
