"""Every test of a service may use both ledgers with the sample company."""

from tests.fixtures.ledgers import (
    company,
    count_statements,
    enter,
    export,
    rate,
    rating,
    receivables,
    reconciled,
    templates,
)

__all__ = [
    "company",
    "count_statements",
    "enter",
    "export",
    "rate",
    "rating",
    "receivables",
    "reconciled",
    "templates",
]
