"""Every SQL statement of the service; rows come back as records, or as dataclasses of rules."""
