"""The background work of receivables."""
