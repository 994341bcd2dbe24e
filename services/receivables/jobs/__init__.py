"""Work of receivables that no request waits for."""
