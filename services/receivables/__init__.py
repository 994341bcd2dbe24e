"""The receivables service."""
