"""The events that the services exchange, one module each; schemas/ holds their exported documents."""
