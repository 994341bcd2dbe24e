"""The gateway: one door for every front end, deciding each request before it passes."""
