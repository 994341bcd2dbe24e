"""Owns the names under which browsers keep tokens, which security gives and the gateway reads.

`__Host-` makes a browser keep them for this host alone, under TLS alone: no neighbour of the domain can set them.
"""

ACCESS = "__Host-ratebook-access"
REFRESH = "__Host-ratebook-refresh"
CSRF = "__Host-ratebook-csrf"
OIDC = "__Host-ratebook-oidc"
CSRF_HEADER = "ratebook-csrf"
"""Pages read the cookie CSRF, the only one that they can read, and send it as this header with whatever changes something."""


OWN_PREFIX = "__Host-ratebook-"
