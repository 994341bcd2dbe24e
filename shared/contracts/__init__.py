"""What processes exchange, one module each: the events of the services (exported to schemas/), and what the gateway and
security send each other over HTTP."""
