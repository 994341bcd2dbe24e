"""The suite on one machine: real PostgreSQL and NATS from Python wheels, and a process for each service."""
