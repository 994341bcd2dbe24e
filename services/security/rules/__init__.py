"""What the service decides: pure functions over frozen dataclasses."""
