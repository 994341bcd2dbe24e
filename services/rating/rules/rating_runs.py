"""Owns what a bulk rating is once it is stored."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal


@dataclass(frozen=True)
class RunSelection:
    """Which open orders a run rates; None leaves a side open.

    Orders named by id get a result in any case; of all others only those that are ready are taken.
    """

    branches: Sequence[str] | None = None
    customers: Sequence[str] | None = None
    service_to: date | None = None
    work_order_ids: Sequence[int] | None = None


@dataclass(frozen=True)
class RatingRun:
    """The rating of many open orders, with its progress in orders."""

    id: int
    status: str
    requested_by: str
    requested_at: datetime
    orders: int
    rated: int
    failed: int
    finished_at: datetime | None


@dataclass(frozen=True)
class RatingResult:
    """What became of one order of a bulk rating: `RATED`, `WAITING`, `SKIPPED`, or the code of the refusal."""

    work_order_id: int
    number: str
    outcome: str
    detail: str
    total: Decimal | None


@dataclass(frozen=True)
class OutcomeCount:
    outcome: str
    orders: int
    total: Decimal
