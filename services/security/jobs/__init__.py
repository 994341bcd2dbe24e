"""The jobs of the service, which run periodically."""
