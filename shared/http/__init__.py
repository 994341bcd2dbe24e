"""The HTTP edge that the gateway and the services share."""
