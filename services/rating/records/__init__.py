"""Owns the records that people keep and the orders that they enter, each said once: table, wire type and file follow from it."""
