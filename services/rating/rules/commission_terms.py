"""Owns how a line says what it earns its servers."""

from collections.abc import Iterator
from decimal import Decimal

_WHOLE = Decimal(100)


def faults_in_terms(method: str | None, rate: Decimal | None) -> Iterator[tuple[str, str]]:
    """What is wrong with the commission of a line, by field.

    `flat` needs an amount and `percent` a percentage of the line; `server` takes each server's own percentage, whatever
    figure stands there. Source: rating, commissions.
    """
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
