"""The contracts between processes, one module each: the services' events, and what the gateway and security exchange."""
