"""Owns the warnings about a rating before it is exported: a total of 0.00, and rates that have changed since."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any, Literal

from services.rating.records.billing_profiles import Key
from services.rating.rules.amounts import zone_rate_of
from services.rating.rules.matching import RegionSource, find_profile
from services.rating.rules.rate_tables import BillingProfile, RateTable, digest_of_rates, zone_of
from shared.values.fields import field_names
from shared.values.numbers import plain

RatingWarning = Literal["ZERO_TOTAL", "RATE_CHANGED"]
WORDS: dict[RatingWarning, str] = {
    "ZERO_TOTAL": "its total is 0.00; choose it by its id to export it",
    "RATE_CHANGED": "its rates have changed since it was rated; rate it again",
}


@dataclass(frozen=True)
class RatingFacts:
    """The current rating of an order that is not exported: its total, its key, and the digest of its rates.

    Older ratings have no digest. `service_on` and the ZIPs are those that the order has now; `region_from` says whether
    the region in the key came from the `order` or its `zip`.
    """

    total: Decimal
    key: Key
    service_on: date
    rates_digest: str | None
    region_from: RegionSource = "order"
    from_zip: str | None = None
    served_zip: str | None = None


def facts_of(
    total: Decimal | None, rated_with: Mapping[str, Any] | None, service_on: date, rates_digest: str | None
) -> RatingFacts | None:
    """The facts from the columns of an order and its rating; None without a rating, or once it is exported.

    `rated_with` has the values of the key, and the other facts by their names.
    """
    if total is None or rated_with is None:
        return None
    key = Key(**{name: rated_with[name] for name in field_names(Key)})
    others = {name: rated_with[name] for name in ("region_from", "from_zip", "served_zip")}
    return RatingFacts(total, key, service_on, rates_digest, **others)


def digest_for(profile: BillingProfile, table: RateTable | None, from_zip: str | None, served_zip: str | None) -> str:
    """A text that differs if an order with these ZIPs would have other rates: of a line, or from its zone to another.

    Example: after 78205 moves from zone INNER to OUTER, it differs for the orders of 78205 whose profile has a rate by
    zone that is another one from OUTER on.
    """
    digest = digest_of_rates(profile, table)
    by_zone = [line for line in profile.lines if line.method == "zone"]
    if table is None or not by_zone:
        return digest
    zones = [None if zip_code is None else zone_of(zip_code, table) for zip_code in (from_zip, served_zip)]
    rates = (zone_rate_of(line, *zones) for line in by_zone)
    return f"{digest} {' '.join('-' if rate is None else plain(rate) for rate in rates)}"


def find_rating_warnings(facts: RatingFacts | None, table: RateTable) -> list[RatingWarning]:
    """What to look at before a rated order is exported; [] for an order without a rating.

    `RATE_CHANGED` if the profile that matches the rating's key today has other lines than the rating was made with, or
    no profile matches; also if the order's ZIP is in another region or zone by now, and that gives other rates.
    Example: rated at 80.00, then the profile ends before the service date and its copy has 85.00. `ZERO_TOTAL` if charges and deductions add up to 0.00. Source: rating, section 3.
    """
    if facts is None:
        return []
    warnings: list[RatingWarning] = []
    if facts.total == 0:
        warnings.append("ZERO_TOTAL")
    if facts.rates_digest is not None and _rates_changed(facts, facts.rates_digest, table):
        warnings.append("RATE_CHANGED")
    return warnings


def _rates_changed(facts: RatingFacts, rated_with: str, table: RateTable) -> bool:
    key = facts.key
    if facts.region_from == "zip":
        regions = table.regions_of_zip.get((facts.served_zip or "")[:5], ())
        if len(regions) != 1:
            return True
        key = replace(key, region=regions[0])
    profile = find_profile(key, facts.service_on, table)
    if profile is None:
        return True
    digest = digest_for(profile, table, facts.from_zip, facts.served_zip)
    # Older ratings do not know the rates of zones.
    return rated_with not in {digest, digest.partition(" ")[0]}


def in_words(warning: RatingWarning) -> str:
    """The warning with its sentence: `ZERO_TOTAL: its total is 0.00; …`."""
    return f"{warning}: {WORDS[warning]}"
