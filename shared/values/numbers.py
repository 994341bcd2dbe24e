"""Numbers as they arrive from outside, and as people write them."""

from decimal import Decimal
from typing import Annotated

from annotated_types import Interval

Id = Annotated[int, Interval(ge=1, le=2**63 - 1)]
"""A number assigned by the database."""

CompanyNumber = Annotated[int, Interval(ge=1, le=9999)]
"""The number of an AR or GL company, chosen by people."""


def plain(number: Decimal) -> str:
    """The number without trailing zeros: `0.65000` → `0.65`."""
    return f"{number.normalize():f}"


def counted(count: int, one: str, several: str | None = None) -> str:
    """A number with its noun: `1 row`, `3 rows`, `0 entries`.

    `several` is needed where the plural does not add an s.
    """
    return f"{count:,} {one if count == 1 else several or f'{one}s'}"
