"""Who did what: every command that changed something, in an order that nobody can change unseen."""
