"""The records of the service, each declared once for its table, its wire type and its file."""
