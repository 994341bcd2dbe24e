"""Headers: which are forwarded, and what the gateway reads from them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from gateway.errors import HeadersRefused, HeadersTooLarge
from gateway.rules.paths import LETTERS_AND_DIGITS
from shared.access import cookies

MAX_HEADERS = 100
MAX_HEADER_BYTES = 32 * 1024
Header = tuple[bytes, bytes]
CSRF = cookies.CSRF_HEADER.encode()
_HOST_BYTES = LETTERS_AND_DIGITS + b"-._~:[]"
_REQUEST_HEADERS = (
    "accept",
    "accept-encoding",
    "accept-language",
    "cache-control",
    "content-disposition",
    "content-encoding",
    "content-language",
    "content-type",
    "idempotency-key",
    "if-match",
    "if-modified-since",
    "if-none-match",
    "if-range",
    "if-unmodified-since",
    "last-event-id",
    "prefer",
    "range",
    "user-agent",
)
_RESPONSE_HEADERS = (
    "accept-ranges",
    "allow",
    "cache-control",
    "content-disposition",
    "content-encoding",
    "content-language",
    "content-range",
    "content-security-policy",
    "content-type",
    "deprecation",
    "etag",
    "expires",
    "idempotency-replayed",
    "last-modified",
    "link",
    "location",
    "preference-applied",
    "replaced-characters",
    "retry-after",
    "set-cookie",
    "sunset",
    "vary",
    "www-authenticate",
    "x-accel-buffering",
    "x-content-type-options",
)
_FORWARDED = frozenset(name.encode() for name in _REQUEST_HEADERS)
_RETURNED = frozenset(name.encode() for name in _RESPONSE_HEADERS)
_VALUE_BYTES = bytes(range(0x20, 0x7F)) + b"\t"
_SHOWN = {b"authorization": "authorization", CSRF: "csrf"}
_READ_HERE = frozenset(
    {b"host", b"connection", *_SHOWN, b"cookie", b"upgrade", b"content-length", b"transfer-encoding"}
)
_ORDINARY_CONNECTION = frozenset({b"keep-alive", b"close"})


def fold(name: str) -> str:
    """One spelling for names that some servers treat as the same: `Ratebook_Identity`, `ratebook.identity`."""
    return name.lower().replace("_", "-").replace(".", "-")


@dataclass(slots=True)
class RequestHead:
    """The headers of a request that matter: those to forward, the credentials, and the framing of the body.

    `hop` has the names listed in `Connection`, folded.
    """

    forwarded: list[Header]
    authorization: bytes | None = None
    cookie: bytes | None = None
    csrf: bytes | None = None
    content_length: int | None = None
    chunked: bool = False
    upgrade: bool = False
    hosts: int = 0
    hop: frozenset[str] = frozenset()

    @property
    def content_type(self) -> str:
        """The Content-Type as it is forwarded, or nothing."""
        return next((value.decode("latin-1") for name, value in self.forwarded if name == b"content-type"), "")


def request_head(headers: Sequence[Header]) -> RequestHead:
    """Reads the headers from uvicorn, with names in lower case; raises HeadersRefused or HeadersTooLarge.

    Only headers in the list above are forwarded. The names must match exactly, so a name that merely folds to one of
    them is dropped. Headers named in `Connection` are for this hop only and are dropped too. The gateway adds its own
    headers afterwards, so no caller can have them dropped.
    """
    if len(headers) > MAX_HEADERS:
        raise HeadersTooLarge(f"There are more than {MAX_HEADERS} headers.")
    head = RequestHead([])
    size = 0
    for name, value in headers:
        size += len(name) + len(value)
        if name in _FORWARDED:
            if value.translate(None, _VALUE_BYTES):
                raise HeadersRefused(f"The header {name.decode()} contains characters other than printable ASCII.")
            head.forwarded.append((name, value))
        elif name in _READ_HERE:
            _read_here(head, name, value)
    if size > MAX_HEADER_BYTES:
        raise HeadersTooLarge(f"The headers are longer than {MAX_HEADER_BYTES} bytes.")
    if head.hosts != 1:
        raise HeadersRefused("Send exactly one Host header.")
    if head.upgrade and (head.chunked or head.content_length):
        # uvicorn's parser treats the body as data of the other protocol, so the request would pass with an empty body.
        raise HeadersRefused("A request with a body cannot ask for an Upgrade. Send it as plain HTTP/1.1.")
    if head.hop:
        head.forwarded = [(name, value) for name, value in head.forwarded if name.decode() not in head.hop]
    return head


def _read_here(head: RequestHead, name: bytes, value: bytes) -> None:
    match name:
        case b"host":
            head.hosts += 1
            if not value or value.translate(None, _HOST_BYTES):
                raise HeadersRefused("The Host header is empty or invalid.")
        case b"connection":
            if value.lower() not in _ORDINARY_CONNECTION:
                head.hop |= {fold(token.strip()) for token in value.decode("latin-1").split(",")}
        case b"cookie":
            # A proxy may send cookies in several headers (RFC 9113, 8.2.3).
            head.cookie = value if head.cookie is None else head.cookie + b"; " + value
        case _ if name in _SHOWN:
            if getattr(head, _SHOWN[name]) is not None:
                raise HeadersRefused(f"The header {name.decode().title()} is given more than once.")
            setattr(head, _SHOWN[name], value)
        case b"upgrade":
            head.upgrade = True
        case _:
            _read_framing(head, name, value)


def _read_framing(head: RequestHead, name: bytes, value: bytes) -> None:
    """Reads the framing: one length, or exactly `chunked`.

    With anything else two servers could see different requests.
    """
    if head.content_length is not None or head.chunked:
        raise HeadersRefused("The length of the body is given twice.")
    if name == b"transfer-encoding":
        if value.lower() != b"chunked":
            raise HeadersRefused("The only Transfer-Encoding accepted is `chunked`.")
        head.chunked = True
    elif not value.isdigit() or len(value) > 18:
        raise HeadersRefused("The Content-Length is not a number.")
    else:
        head.content_length = int(value)


@dataclass(slots=True)
class ResponseHead:
    """The headers of a service to send back; `content_length` is None if the body is chunked."""

    headers: list[Header]
    content_length: int | None = None
    is_event_stream: bool = False
    unknown_coding: bool = False


def response_head(headers: Iterable[Header], service: str, origin: str) -> ResponseHead:
    """Reads a service's headers, with names in lower case. Repeated headers such as Set-Cookie stay separate.

    A Location at the service (`/v1/exports/7`) becomes the one for callers (`/api/v1/rating/exports/7`).
    """
    head = ResponseHead([])
    chunked = False
    for name, given in headers:
        value = given
        if name in _RETURNED:
            if name == b"location":
                value = outside_location(value, service, origin)
            elif name == b"content-type":
                head.is_event_stream = value.startswith(b"text/event-stream")
            head.headers.append((name, value))
        elif name == b"content-length":
            head.content_length = int(value) if value.isdigit() else None
        elif name == b"transfer-encoding":
            head.unknown_coding = chunked or value.lower() != b"chunked"
            chunked = True
    if chunked:
        # If both are given, the length must be ignored (RFC 9112, 6.3).
        head.content_length = None
    return head


def outside_location(location: bytes, service: str, origin: str) -> bytes:
    """The path for callers if the location is a path of the service; any other location stays the same."""
    path = location.removeprefix(origin.encode())
    return b"/api/v1/%b/%b" % (service.encode(), path.removeprefix(b"/v1/")) if path.startswith(b"/v1/") else location
