"""Owns records that people keep: read, listed, entered, changed, retired, imported and exported alike for every table."""
