"""A clerk at the entry of invoices."""

from tests.fixtures.clerk import clerk, reconciled_receivables

__all__ = ["clerk", "reconciled_receivables"]
