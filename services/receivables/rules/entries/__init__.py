"""Owns entry."""
