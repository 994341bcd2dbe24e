"""The events that receivables reads, with one module for each."""
