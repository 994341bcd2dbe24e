"""Access rights, and how callers are identified."""
