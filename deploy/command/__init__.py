"""The operators' command `ratebook`: databases, broker, keys, imports, export runs, dead letters and reconciliation."""
