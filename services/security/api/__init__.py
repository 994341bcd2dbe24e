"""The HTTP edge of the service, one module for each noun."""
