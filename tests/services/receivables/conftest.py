"""A clerk who enters invoices."""

from tests.fixtures.clerk import clerk, reconciled_receivables

__all__ = ["clerk", "reconciled_receivables"]
