"""The bodies of receivables over HTTP and in CSV files."""
