"""Owns the gateway's rules, all pure: paths, headers, decisions."""
