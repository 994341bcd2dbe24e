"""Numbers as they arrive from outside, and as people write them."""

from decimal import Decimal
from typing import Annotated

from annotated_types import Interval

Id = Annotated[int, Interval(ge=1, le=2**63 - 1)]
"""A number assigned by the database."""

CompanyNumber = Annotated[int, Interval(ge=1, le=9999)]
"""The number of an AR or GL company, chosen by people."""


MINUS = "\N{MINUS SIGN}"
_CENTS = 2


def plain(number: Decimal) -> str:
    """The number without trailing zeros: `0.65000` → `0.65`."""
    return f"{number.normalize():f}"


def counted(count: int, one: str, several: str | None = None) -> str:
    """A number with its noun: `1 row`, `3 rows`, `0 entries`.

    `several` is needed where the plural does not add an s.
    """
    return f"{count:,} {one if count == 1 else several or f'{one}s'}"


def rate_words(rate: Decimal) -> str:
    """With two decimals, or as many as it has: 25 → 25.00, 0.53 → 0.53, 0.65500 → 0.655."""
    short = plain(rate)
    places = len(short.partition(".")[2])
    return f"{rate:,.{max(places, _CENTS)}f}".replace("-", MINUS)


def quantity_words(quantity: Decimal, unit: str = "") -> str:
    """Without useless zeros, with its unit: 7.500 SF → 7.5 SF, 1250.000 → 1,250."""
    places = len(plain(quantity).partition(".")[2])
    number = f"{quantity:,.{places}f}".replace("-", MINUS)
    return f"{number} {unit}" if unit else number
