"""Rating and receivables together, and a clerk who enters invoices."""

from tests.fixtures.clerk import clerk, reconciled_receivables
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
    "clerk",
    "company",
    "count_statements",
    "enter",
    "export",
    "rate",
    "rating",
    "receivables",
    "reconciled",
    "reconciled_receivables",
    "templates",
]
