"""Owns the records that people keep, each said once: its table, its wire type and its file follow from it."""
