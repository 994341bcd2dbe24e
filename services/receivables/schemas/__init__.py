"""The wire types of receivables: what goes in and out over HTTP and CSV."""
