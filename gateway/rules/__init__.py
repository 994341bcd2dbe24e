"""The pure rules of the gateway: paths, headers, decisions."""
