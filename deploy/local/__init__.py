"""The suite on one machine: real PostgreSQL and NATS from their wheels, every service a process."""
