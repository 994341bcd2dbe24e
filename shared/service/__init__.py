"""What a service is built from."""
