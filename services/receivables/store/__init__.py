"""Every SQL statement of receivables, with one module for each group of tables."""
