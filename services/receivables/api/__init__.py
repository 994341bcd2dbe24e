"""The HTTP operations of receivables, with one router for each noun."""
