"""The names of the cookies that hold a browser's tokens: security sets them, the gateway reads them.

The prefix `__Host-` makes a browser send them to this host only, and only over TLS, so that no other host of the domain
can set them.
"""

ACCESS = "__Host-ratebook-access"
REFRESH = "__Host-ratebook-refresh"
CSRF = "__Host-ratebook-csrf"
OIDC = "__Host-ratebook-oidc"
CSRF_HEADER = "ratebook-csrf"
"""A page reads the cookie CSRF, the only one it can read, and sends its value as this header with every change."""


OWN_PREFIX = "__Host-ratebook-"
