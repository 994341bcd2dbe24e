"""The work of receivables that no request waits for."""
