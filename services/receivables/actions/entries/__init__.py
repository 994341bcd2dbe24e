"""The use cases of entries."""
