"""Owns what a rating consists of: its lines, and the reason for every line that was or was not charged."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

from services.rating.records.billing_profiles import Key, PricingMethod
from services.rating.records.work_orders import QuantitySource
from services.rating.rules.commissions import LineTerms
from services.rating.rules.matching import RegionSource
from services.rating.rules.planned_lines import LineOrigin
from services.rating.rules.rate_tables import BillingProfile
from shared.values.money import Money, Quantity, Rate

Verdict = Literal["charged", "not_triggered", "no_quantity", "no_base", "nothing_to_charge", "optional", "not_applied"]


@dataclass(frozen=True, slots=True)
class ServerPart:
    """A server of a charge, with the share and the part of the amount. The last one gets the remaining cents."""

    server: str
    share: Quantity
    amount: Money


@dataclass(frozen=True, slots=True)
class RatedLine:
    """One charge of a rating: its amount in the company's currency, and its quantity in units of its source.

    `quantity_source` is `hand` if the quantity was entered by hand. If the line was overridden, `original_amount` is
    its amount without the override, and `override_reason` says why. Invoices print `charged` × `unit_rate` if that is
    the amount, and otherwise `reason`; `unit` is that of both quantities, of which `included` was free.
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
    charged: Quantity
    unit: str
    included: Quantity
    reason: str
    print_zero: bool
    servers: Sequence[ServerPart]


@dataclass(frozen=True, slots=True)
class LineReason:
    """Why a line was charged or not, for every profile line, prebill, manual line and override."""

    position: int
    billing_item: str
    verdict: Verdict
    words: str


@dataclass(frozen=True, kw_only=True)
class Explanation:
    """How a rating was calculated.

    `key` has the values of the order, `profile_key` those of the profile, some of which can be `ANY`. `unused_triggers`
    and `unused_quantities` are on the order, but no line uses them. Source: rating, section 3.7.
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

    `unused_triggers` and `unused_quantities` are on the order, but no line uses them. `terms` are the commission terms
    of the lines that have any. `rates_digest` is that of the profile's lines.
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
    rates_digest: str = ""

    @property
    def total(self) -> Decimal:
        """Charges and fee advances together."""
        return self.charges_total + self.advances_total


def explain(rated: Rated) -> Explanation:
    """The part of a rating that is stored as its explanation."""
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
