"""Owns whole numbers as they come from outside: ids and counts that fit the columns they are compared with."""

from typing import Annotated

from annotated_types import Interval

Id = Annotated[int, Interval(ge=1, le=2**63 - 1)]
"""A number that the database gave out."""

CompanyNumber = Annotated[int, Interval(ge=1, le=9999)]
"""An AR or GL company, numbered by people."""
