"""The address of a database, in every usual spelling, for the one parser that all connections use: asyncpg's."""

from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

_SCHEMES = {"postgresql", "postgres", "postgresql+asyncpg"}
# Drivers disagree on the name of this setting; asyncpg uses that of libpq.
_SAME_AS = {"ssl": "sslmode"}


class AddressInvalid(ValueError):
    """The URL of a database cannot be read; the message says what is wrong, without the URL and its password."""


def libpq_url(url: str) -> str:
    """The URL as libpq writes it: one `host` and one `port` parameter, `sslmode`, and the scheme `postgresql`.

    `postgresql+asyncpg://h/d?host=h1:5432&host=h2:5432&ssl=require` becomes
    `postgresql://h/d?host=h1:5432,h2:5432&sslmode=require`. With several hosts and no `target_session_attrs`, the
    primary is chosen, because everything that Ratebook does may write. Raises AddressInvalid.
    """
    parts = urlsplit(url)
    if parts.scheme not in _SCHEMES:
        raise AddressInvalid("The URL of a database begins with postgresql://, then user:password@host:port/database.")
    try:
        pairs = parse_qsl(parts.query, keep_blank_values=True, strict_parsing=bool(parts.query))
    except ValueError:
        raise AddressInvalid("What follows the ? in the URL of a database is name=value, joined by &.") from None
    options: dict[str, list[str]] = {}
    for name, value in pairs:
        options.setdefault(_SAME_AS.get(name, name), []).append(value)
    repeated = sorted(name for name, values in options.items() if len(values) > 1 and name not in {"host", "port"})
    if repeated:
        raise AddressInvalid(f"The URL of a database gives {repeated[0]} more than once.")
    joined = {name: ",".join(values) for name, values in options.items()}
    hosts = joined.get("host") or parts.netloc.rpartition("@")[2]
    if "," in hosts:
        joined.setdefault("target_session_attrs", "primary")
    return urlunsplit(("postgresql", parts.netloc, parts.path, urlencode(joined, safe=":,/"), ""))
