"""The bodies and rows that rating reads and writes over HTTP and in files."""
