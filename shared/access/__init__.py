"""Who may do what, and how callers are known."""
