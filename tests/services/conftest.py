"""Makes both ledgers with the sample company available to the tests of all services."""

from tests.fixtures.ledgers import (
    company,
    count_statements,
    do,
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
    "do",
    "enter",
    "export",
    "rate",
    "rating",
    "receivables",
    "reconciled",
    "templates",
]
