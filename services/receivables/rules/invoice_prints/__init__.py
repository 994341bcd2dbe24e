"""Printed invoices."""
