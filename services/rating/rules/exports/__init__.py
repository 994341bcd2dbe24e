"""Owns the export: what it takes, how it is cut, and what an answer does to each order."""
