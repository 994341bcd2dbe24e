"""The security service: users, groups, sessions and tokens."""
