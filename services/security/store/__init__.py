"""Every SQL statement of the service; rows come back as dataclasses of rules."""
