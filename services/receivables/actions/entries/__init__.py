"""Entries of a batch."""
