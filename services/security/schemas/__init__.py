"""The wire types of the service that are not records: bodies and answers."""
