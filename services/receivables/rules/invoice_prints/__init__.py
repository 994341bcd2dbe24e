"""Owns printed invoices."""
