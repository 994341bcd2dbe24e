"""Owns what an open order would come to if it were rated now."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from services.rating.errors import NoProfile
from services.rating.rules.charges import OrderCharge
from services.rating.rules.matching import find_profile, key_of, region_of
from services.rating.rules.pricing import UNEXPECTED, price_order
from services.rating.rules.rate_tables import RateTable
from services.rating.rules.work_orders import WorkOrder
from shared.errors import DomainError


@dataclass(frozen=True)
class Estimate:
    """What the rating of an open order would come to, in the company's currency.

    If it cannot be rated, there is no `total`, and `why` is the code of the refusal. `region` and `profile_id` are those
    that it was made with, as far as they were found.
    """

    work_order_id: int
    region: str | None
    profile_id: int | None
    total: Decimal | None
    why: str


@dataclass(frozen=True)
class KeptEstimate(Estimate):
    """An estimate as it is kept, with the moment at which it was made."""

    estimated_at: datetime


def estimate(order: WorkOrder, table: RateTable, charges: Sequence[OrderCharge] = ()) -> Estimate:
    """What the rating of an order would come to, with the charges entered for it. Nothing is raised.

    Example: an order that would be rated at 80.00 has the total 80.00; one whose ZIP is in no region has none, and
    REGION_REQUIRED as the reason. Source: rating, section 4.
    """
    region, profile_id = None, None
    try:
        region, region_from = region_of(order, table)
        profile = find_profile(key_of(order, region), order.service_on, table)
        if profile is None:
            return Estimate(order.id, region, None, None, NoProfile.code)
        profile_id = profile.id
        total = price_order(order, profile, region, region_from, table=table, charges=charges).total
    except DomainError as refusal:
        return Estimate(order.id, region, profile_id, None, refusal.code)
    except Exception:
        return Estimate(order.id, region, profile_id, None, UNEXPECTED)
    return Estimate(order.id, region, profile_id, total, "")


def estimate_all(
    orders: Sequence[WorkOrder], table: RateTable, charges: Mapping[int, Sequence[OrderCharge]]
) -> list[Estimate]:
    """The estimates of orders, with the charges entered for each."""
    return [estimate(order, table, charges.get(order.id, ())) for order in orders]
