"""Owns the invoices that rating hands over."""
