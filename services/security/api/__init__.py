"""The HTTP edge of the service, one router for each noun."""
