"""Entries on the wire."""
