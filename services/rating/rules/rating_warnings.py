"""Owns the warnings about a rating before it is exported: a total of 0.00, and rates that have changed since."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

from services.rating.records.billing_profiles import Key
from services.rating.rules.matching import find_profile
from services.rating.rules.rate_tables import RateTable, digest_of_rates

RatingWarning = Literal["ZERO_TOTAL", "RATE_CHANGED"]
WORDS: dict[RatingWarning, str] = {
    "ZERO_TOTAL": "its total is 0.00; choose it by its id to export it",
    "RATE_CHANGED": "its rates have changed since it was rated; rate it again",
}


@dataclass(frozen=True)
class RatingFacts:
    """The current rating of an order that is not exported: its total, its key, and the digest of its rates.

    Older ratings have no digest. `service_on` is the service date that the order has now.
    """

    total: Decimal
    key: Key
    service_on: date
    rates_digest: str | None


def facts_of(
    total: Decimal | None, key: Mapping[str, str] | None, service_on: date, rates_digest: str | None
) -> RatingFacts | None:
    """The facts from the columns of an order and its rating; None without a rating, or once it is exported."""
    return None if total is None or key is None else RatingFacts(total, Key(**key), service_on, rates_digest)


def find_rating_warnings(facts: RatingFacts | None, table: RateTable) -> list[RatingWarning]:
    """What to look at before a rated order is exported; [] for an order without a rating.

    `RATE_CHANGED` if the profile that matches the rating's key today has other lines than the rating was made with, or
    no profile matches. Example: rated at 80.00, then the profile ends before the service date and its copy has 85.00.
    `ZERO_TOTAL` if charges and deductions add up to 0.00. Source: rating, section 3.
    """
    if facts is None:
        return []
    warnings: list[RatingWarning] = []
    if facts.total == 0:
        warnings.append("ZERO_TOTAL")
    if facts.rates_digest is not None:
        profile = find_profile(facts.key, facts.service_on, table)
        if profile is None or digest_of_rates(profile, table) != facts.rates_digest:
            warnings.append("RATE_CHANGED")
    return warnings


def in_words(warning: RatingWarning) -> str:
    """The warning with its sentence: `ZERO_TOTAL: its total is 0.00; …`."""
    return f"{warning}: {WORDS[warning]}"
