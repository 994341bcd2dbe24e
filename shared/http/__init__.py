"""The HTTP edge of the gateway and the services."""
