"""The audit: every command that changed something and who sent it, in an order that nobody can change unnoticed."""
