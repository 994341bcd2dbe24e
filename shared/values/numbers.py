"""Owns numbers as they come from outside and as people write them."""

from decimal import Decimal
from typing import Annotated

from annotated_types import Interval

Id = Annotated[int, Interval(ge=1, le=2**63 - 1)]
"""A number that the database gave out."""


CompanyNumber = Annotated[int, Interval(ge=1, le=9999)]
"""An AR or GL company, numbered by people."""


def plain(number: Decimal) -> str:
    """A number as people write it: `0.65000` → `0.65`."""
    return f"{number.normalize():f}"
