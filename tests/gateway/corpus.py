"""Requests that mean one operation to one reader and another to the next, made by families; each has a name.

The caller may view `echo` and `customers` of rating and nothing else. What is aimed at is what he may not have.
"""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass

TARGET = b"/api/v1/rating/orders/7"
OTHERS = (b"/api/v1/rating/orders/export", b"/api/v1/rating/ticks", b"/api/v1/receivables/echo",
          b"/api/v1/security/permission-table")  # fmt: skip
_ALLOWED = b"/api/v1/rating/customers/a"

# How a dot, and how a slash, has been hidden from one reader and not from the next.
DOTS = {
    "plain": b"..", "escaped": b"%2e%2e", "upper": b"%2E%2E", "half": b".%2e", "other half": b"%2e.",
    "twice": b"%252e%252e", "thrice": b"%25252e%25252e", "overlong": b"%c0%ae%c0%ae", "overlong of three": b"%e0%80%ae%e0%80%ae",
    "raw overlong": b"\xc0\xae\xc0\xae", "parameter": b"..;", "parameter with value": b"..;a=b", "null": b"..%00",
    "null between": b".%00.", "tab": b"..%09", "space": b"..%20", "raw tab": b"..\t", "three": b"...", "unicode": b"%u002e%u002e",
    "wide": b"%ef%bc%8e%ef%bc%8e",
}  # fmt: skip
SLASHES = {
    "plain": b"/", "double": b"//", "escaped": b"%2f", "upper": b"%2F", "twice": b"%252f", "thrice": b"%25252f",
    "backslash": b"\\", "escaped backslash": b"%5c", "backslash twice": b"%255c", "mixed": b"/\\", "overlong": b"%c0%af",
    "overlong of three": b"%e0%80%af", "overlong of four": b"%f0%80%80%af", "raw overlong": b"\xc0\xaf", "unicode": b"%u2215",
    "wide": b"%ef%bc%8f", "parameter": b";/", "dot": b"/./", "escaped dot": b"/%2e/",
}  # fmt: skip


@dataclass(frozen=True)
class Form:
    """One request: its line, its headers without the token, its body. The token is the limited caller's."""

    name: str
    line: bytes
    headers: bytes = b"Host: x\r\n"
    body: bytes = b""

    def __str__(self) -> str:
        return f"{self.name}: {self.line!r} {self.headers!r}"


def get(name: str, target: bytes, headers: bytes = b"Host: x\r\n") -> Form:
    return Form(name, b"GET " + target + b" HTTP/1.1\r\n", headers)


def climbing() -> Iterator[Form]:
    """From what he may see up and down again into what he may not."""
    for (dots, dot), (slashes, slash) in itertools.product(DOTS.items(), SLASHES.items()):
        up = slash + dot
        yield get(f"climbing, dots {dots}, slashes {slashes}", _ALLOWED + up + up + slash + b"orders" + slash + b"7")
    for other in OTHERS:
        for dots, dot in DOTS.items():
            yield get(f"climbing with dots {dots}", b"/api/v1/rating/echo/" + dot + b"/" + dot + other[7:])


def escaped() -> Iterator[Form]:
    """One byte of the path escaped, once and twice."""
    for place in range(1, len(TARGET)):
        for digits in (b"%%%02x", b"%%%02X", b"%%25%02x", b"%%%%%02x"):
            hidden = TARGET[:place] + digits % TARGET[place] + TARGET[place + 1 :]
            yield get(f"byte {place} as {digits.decode()}", hidden)


def inserted() -> Iterator[Form]:
    """Something put between, before and behind the segments."""
    things = [
        b";", b";a", b";a=b", b";a=b;c", b".", b"..", b"/", b"//", b"/.", b"/./", b"\\", b"%20", b"%09", b"%00", b"%0a", b"%0d%0a", b"#",
        b"%23", b"?", b"%3f", b"%3f/", b"#/", b".json", b"~", b"*", b"|", b"\x00", b"\x01", b"\x0b", b"\x1f", b"\x7f", b"\x80", b"\xff",
    ]  # fmt: skip
    places = [place for place, byte in enumerate(TARGET) if byte == ord("/") and place] + [len(TARGET)]
    for thing, place in itertools.product(things, places):
        yield get(f"{thing!r} at {place}", TARGET[:place] + thing + TARGET[place:])


def cased() -> Iterator[Form]:
    for target in (TARGET, *OTHERS):
        for change in (bytes.upper, bytes.title, bytes.swapcase, bytes.capitalize):
            yield get(f"case by {change.__name__}", change(target))
    for word in (b"api", b"v1", b"rating", b"orders"):
        yield get(f"case of {word!r}", TARGET.replace(word, word.upper()))


def targets_of_other_forms() -> Iterator[Form]:
    """The absolute form and the authority form, sound ones and broken ones."""
    authorities = [b"x", b"", b"127.0.0.1:1", b"user@x", b"x:99999", b"x:", b"[::1]", b"x%2f", b"x\\", b"evil.example"]
    for scheme, authority in itertools.product((b"http", b"https", b"HTTP", b"ftp", b"file", b"rating"), authorities):
        yield get("absolute", scheme + b"://" + authority + TARGET)
    for prefix in (
        b"http:",
        b"http:/",
        b"http:///",
        b"://x",
        b"//x",
        b"x",
        b"x:80",
        b"\\\\x",
        b"/http://x",
        b"@x",
        b"?",
        b"#",
    ):
        yield get("broken absolute", prefix + TARGET)
    for climb in (b"/../api", b"/.", b"//api", b"?/api", b"#/api"):
        yield get("absolute and climbing", b"http://x" + climb + TARGET)
    for authority in (b"x:443", b"rating:80", b"127.0.0.1:22", b"x", b"*", TARGET):
        for method in (b"CONNECT", b"GET", b"OPTIONS"):
            yield Form("authority", method + b" " + authority + b" HTTP/1.1\r\n")


def lines() -> Iterator[Form]:
    """Request lines that are none."""
    for word in (
        b"get",
        b"Get",
        b"gET",
        b"GETT",
        b"G\x00ET",
        b"GET\x0b",
        b"",
        b"GET GET",
        b"QUERY",
        b"\xa0GET",
        b"GET,PUT",
        b"PUT\\",
    ):
        yield Form(f"method {word!r}", word + b" " + TARGET + b" HTTP/1.1\r\n")
    for line in (
        b"GET  %s HTTP/1.1\r\n", b"GET\t%s\tHTTP/1.1\r\n", b" GET %s HTTP/1.1\r\n", b"GET %s  HTTP/1.1\r\n", b"GET %s HTTP/1.1 x\r\n",
        b"GET %s\r\n", b"GET %s HTTP/1.1\n", b"GET %s HTTP/1.1\r", b"GET %s HTTP/1.1\r\r\n", b"GET %s HTTP/1.\r\n", b"GET %s HTTP/11\r\n",
        b"GET %s ICY/1.1\r\n", b"GET %s RTSP/1.0\r\n", b"GET /api/v1/rating/echo %s HTTP/1.1\r\n", b"GET %s\x00 HTTP/1.1\r\n",
        b"GET /api/v1/rating/echo\r%s HTTP/1.1\r\n", b"GET /api/v1/rating/echo\n%s HTTP/1.1\r\n",
    ):  # fmt: skip
        yield Form("line", line % TARGET)


def hosts() -> Iterator[Form]:
    values = [b"", b"rating", b"127.0.0.1:1", b"x, rating", b"x rating", b"u@x", b"x/v1/orders/7", b"x\\y", b"x?y", b"x#y", b"x%2fy", b"[",
              b"x\x00", b"x\ty", b"<x>", b"x;y", b"\xff", b"x:1:2/", b"{x}"]  # fmt: skip
    for value, target in itertools.product(values, (b"/api/v1/rating/echo", TARGET)):
        yield get(f"Host {value!r}", target, b"Host: " + value + b"\r\n")
    for more in (
        b"Host: rating\r\n",
        b"Host : rating\r\n",
        b"host: x\r\n",
        b" Host: rating\r\n",
        b"Host\x00: rating\r\n",
    ):
        yield get(f"two Hosts, {more!r}", b"/api/v1/rating/echo", b"Host: x\r\n" + more)
    yield get("no Host", b"/api/v1/rating/echo", b"")


def overrides() -> Iterator[Form]:
    """Another method or path, said beside the request line."""
    methods = (b"X-HTTP-Method-Override", b"X-HTTP-Method", b"X-Method-Override", b"X_HTTP_METHOD_OVERRIDE", b"X-Original-Method",
               b"X-Forwarded-Method")  # fmt: skip
    paths = (b"X-Original-URL", b"X-Rewrite-URL", b"X-Original-URI", b"X-Forwarded-Uri", b"X-Forwarded-Path", b"X-Forwarded-Prefix",
             b"Ratebook-Path", b"X-Envoy-Original-Path", b"X-Accel-Redirect", b"Base-Url", b"Request-Uri", b"Destination")  # fmt: skip
    for name, method in itertools.product(methods, (b"PUT", b"DELETE", b"POST")):
        for sent in (b"GET", b"POST"):
            line = sent + b" /api/v1/rating/answers/empty HTTP/1.1\r\n"
            yield Form("method by header", line, b"Host: x\r\n" + name + b": " + method + b"\r\nContent-Length: 0\r\n")
    for name, target in itertools.product(paths, (TARGET, b"/v1/orders/7")):
        yield get("path by header", b"/api/v1/rating/echo", b"Host: x\r\n" + name + b": " + target + b"\r\n")
    for query in (
        b"_method=PUT",
        b"method=PUT",
        b"X-HTTP-Method-Override=PUT",
        b"_METHOD=DELETE",
        b"path=/v1/orders/7",
        b"//orders/7",
    ):
        yield get("by query", b"/api/v1/rating/echo?" + query)


PATHS = [
    *climbing(), *escaped(), *inserted(), *cased(), *targets_of_other_forms(), *lines(), *hosts(), *overrides(),
]  # fmt: skip

# What only the gateway may say to a service, and what others have taken for a proof of who calls.
RESERVED = (
    "ratebook-identity", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-forwarded-user", "forwarded", "x-real-ip",
    "x-request-id", "ratebook-check-key", "ratebook-path", "remote-user", "x-remote-user", "x-user", "client-ip", "true-client-ip", "cookie",
    "proxy-authorization", "x-original-url", "via", "host",
)  # fmt: skip


def spellings(name: str) -> Iterator[str]:
    """`-`, `_` and `.` in each place, in three cases."""
    words = name.split("-")
    for marks in itertools.product("-_.", repeat=len(words) - 1):
        spelled = "".join(itertools.chain(*zip(words, (*marks, ""), strict=True)))
        yield from dict.fromkeys((spelled, spelled.upper(), spelled.title()))


def forged_headers(value: str) -> Iterator[tuple[str, str]]:
    """Name of the case and header lines that say `value` as if the gateway had said it."""
    for name in RESERVED:
        for spelled in spellings(name):
            yield f"{spelled} once", f"{spelled}: {value}\r\n"
    for spelled in spellings("ratebook-identity"):
        yield f"{spelled} twice", f"{spelled}: {value}\r\n{spelled}: {value}\r\n"
        yield f"{spelled} folded", f"{spelled}:\r\n {value}\r\n"
        yield f"{spelled} folded onto Accept", f"Accept: a\r\n {spelled}: {value}\r\n"
        yield f"{spelled} behind a space", f" {spelled}: {value}\r\n"
        yield f"{spelled} before a space", f"{spelled} : {value}\r\n"
        yield f"{spelled} before a tab", f"{spelled}\t: {value}\r\n"
        yield f"{spelled} with a null", f"{spelled}\x00: {value}\r\n"
        yield f"{spelled} behind a bare CR", f"Accept: a\r{spelled}: {value}\r\n"
        yield f"{spelled} behind a bare LF", f"Accept: a\n{spelled}: {value}\r\n"
        yield f"{spelled} behind an escaped line", f"Accept: a%0d%0a{spelled}: {value}\r\n"
        yield f"{spelled} in Connection", f"Connection: {spelled}\r\n{spelled}: {value}\r\n"
        yield f"{spelled} in Connection among others", f"Connection: close, {spelled}, te\r\n{spelled}: {value}\r\n"
        yield f"{spelled} in Connection without one", f"Connection: {spelled}\r\n"
        yield f"{spelled} in a trailer", f"Trailer: {spelled}\r\n"
    for name in (
        "traceparent",
        "x-forwarded-for",
        "content-type",
        "host",
        "authorization",
        "content-length",
        "connection",
    ):
        for spelled in spellings(name):
            yield f"{spelled} in Connection", f"Connection: keep-alive, {spelled}\r\nratebook-identity: {value}\r\n"
