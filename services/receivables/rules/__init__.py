"""The rules of receivables: pure functions over frozen dataclasses."""
