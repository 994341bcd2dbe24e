"""How a service is put together."""
