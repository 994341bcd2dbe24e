"""The bodies of entries."""
