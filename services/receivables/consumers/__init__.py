"""The event edge of receivables, one module for each event that it reads."""
