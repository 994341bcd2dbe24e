"""Every SQL statement of receivables, one module per table group."""
