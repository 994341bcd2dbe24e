"""All SQL statements of the service; rows are returned as records or as dataclasses of rules."""
