"""The rules of rating: pure functions over frozen dataclasses."""
