"""Entries: forms, limits, validation and posting."""
