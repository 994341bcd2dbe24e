"""Owns what the commission of a line may say."""

from collections.abc import Iterator
from decimal import Decimal

from services.rating.records.commission_terms import CommissionTerms

_WHOLE = Decimal(100)


def faults_in_terms(terms: CommissionTerms) -> Iterator[tuple[str, str]]:
    """What is wrong with the commission of a line, by field.

    `flat` needs an amount and `percent` a percentage of the line; `server` takes each server's own percentage, whatever
    figure stands there. Source: rating, commissions.
    """
    method, rate = terms.commission_method, terms.commission_rate
    if method is None:
        if rate is not None:
            yield "commission_method", "say how the commission is figured: flat, percent or server"
        return
    if method != "server" and rate is None:
        yield "commission_rate", f"a {method} commission needs one"
    if rate is not None and rate < 0:
        yield "commission_rate", "must not be negative"
    if method == "percent" and rate is not None and rate > _WHOLE:
        yield "commission_rate", "must not be more than 100 percent"
