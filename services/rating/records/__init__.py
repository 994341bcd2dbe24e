"""Owns what people enter: records and orders. Tables, bodies and files are derived from these declarations."""
