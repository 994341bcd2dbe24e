"""Owns the export: which orders it includes, how it is split into messages, and what an answer changes."""
