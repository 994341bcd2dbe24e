"""The contracts between processes, one module each: the services' events, and exchanges of gateway and security."""
