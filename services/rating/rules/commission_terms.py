"""Owns which commission terms a line can have."""

from collections.abc import Iterator
from decimal import Decimal

from services.rating.records.commission_terms import CommissionTerms

_WHOLE = Decimal(100)


def find_faults_in_terms(terms: CommissionTerms) -> Iterator[tuple[str, str]]:
    """What is wrong with the commission of a line, by field.

    `flat` needs an amount, `percent` a percentage of the line. `server` uses each server's own percentage and ignores
    the rate. Source: rating, commissions.
    """
    method, rate = terms.commission_method, terms.commission_rate
    if method is None:
        if rate is not None:
            yield "commission_method", "is missing; choose flat, percent or server"
        return
    if method != "server" and rate is None:
        yield "commission_rate", f"a {method} commission needs {'an amount' if method == 'flat' else 'a percentage'}"
    if rate is not None and rate < 0:
        yield "commission_rate", "must not be negative"
    if method == "percent" and rate is not None and rate > _WHOLE:
        yield "commission_rate", "must be at most 100"
