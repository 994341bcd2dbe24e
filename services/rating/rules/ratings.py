"""Owns what a rating and a bulk rating are once they are stored."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any


@dataclass(frozen=True)
class RatingHead:
    """One version of an order's price: totals in the company's currency, and how it came about."""

    id: int
    work_order_id: int
    version: int
    profile_id: int
    region: str
    rated_by: str
    rated_at: datetime
    charges_total: Decimal
    advances_total: Decimal
    total: Decimal
    explanation: dict[str, Any]


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
