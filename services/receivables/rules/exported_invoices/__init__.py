"""Invoices that rating exports."""
