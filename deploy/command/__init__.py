"""The operators' command: databases, broker and keys; imports, runs, dead letters and reconciliation."""
