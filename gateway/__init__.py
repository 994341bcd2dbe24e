"""The gateway: the single entry for all front ends, which authorizes each request before it passes."""
