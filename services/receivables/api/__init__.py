"""The HTTP edge of receivables, one router a noun."""
