"""The rules of the service: pure functions over frozen dataclasses."""
