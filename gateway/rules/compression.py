"""Which answers are compressed, and the headers of those that are (docs/decisions/0059)."""

import re
from collections.abc import Iterable

from gateway.rules.headers import Header, RequestHead, ResponseHead

SMALLEST_BYTES = 1024
"""A smaller answer fits into one packet as it is."""
_COMPRESSED_TYPES = frozenset({b"application/json", b"application/problem+json", b"text/csv"})
_MARK = b"-gzip"
_MARKED = re.compile(rb'-gzip"')
_QUALITY = re.compile(rb"^q=(0(\.\d{0,3})?|1(\.0{0,3})?)$")
_NAMING_VERSIONS = frozenset({b"if-match", b"if-none-match"})
_PARTIAL = 206
_UNMODIFIED = 304


def accepts_gzip(headers: Iterable[Header]) -> bool:
    """Whether the caller can read gzip: `gzip;q=0` and a mere `*;q=0` say no, and so does no `Accept-Encoding`."""
    return _accepts(headers, b"gzip", b"x-gzip")


def accepts_brotli(headers: Iterable[Header]) -> bool:
    """Whether the caller can read brotli, by the same rules."""
    return _accepts(headers, b"br")


def _accepts(headers: Iterable[Header], *names: bytes) -> bool:
    accepted: dict[bytes, bool] = {}
    for name, value in headers:
        if name == b"accept-encoding":
            for one in value.lower().split(b","):
                coding, *parameters = (part.strip() for part in one.split(b";"))
                qualities = [found.group(1) for part in parameters if (found := _QUALITY.match(part))]
                accepted[coding] = all(quality.strip(b"0.") for quality in qualities)
    return next((accepted[name] for name in (*names, b"*") if name in accepted), False)


def read_marked_versions(head: RequestHead) -> bool:
    """Takes the mark of compressed answers off the versions that a request names; returns whether there was one.

    The services know no such versions. `If-Range` keeps the mark: it then names nothing that a service has, so that
    nobody gets the rest of one form for the beginning of another.
    """
    marked = False
    for place, (name, value) in enumerate(head.forwarded):
        if name in _NAMING_VERSIONS and _MARKED.search(value):
            head.forwarded[place] = (name, _MARKED.sub(b'"', value))
            marked = True
    return marked


def compress(request: RequestHead, status: int, answer: ResponseHead, *, marked: bool) -> bool:
    """Decides whether an answer is compressed, and gives it the headers that follow from that.

    `marked` says whether the request named a version with the mark. An answer that must not be kept holds secrets, and
    compressed sizes would say something about them.
    """
    headers = dict(answer.headers)
    if status == _UNMODIFIED:
        if marked:
            _mark_version(answer)
        return False
    kind = headers.get(b"content-type", b"").partition(b";")[0].strip().lower()
    control = headers.get(b"cache-control", b"").lower()
    if kind not in _COMPRESSED_TYPES or b"content-encoding" in headers or status == _PARTIAL:
        return False
    if b"no-store" in control or b"no-transform" in control:
        return False
    _vary(answer)
    too_small = answer.content_length is not None and answer.content_length < SMALLEST_BYTES
    if too_small or not accepts_gzip(request.forwarded):
        return False
    _mark_version(answer)
    answer.headers = [header for header in answer.headers if header[0] != b"accept-ranges"]
    answer.headers.append((b"content-encoding", b"gzip"))
    answer.content_length = None
    return True


def _mark_version(answer: ResponseHead) -> None:
    """`"7"` becomes `"7-gzip"`: the same version in another form needs another ETag (RFC 9110, 8.8.3)."""
    answer.headers = [
        (name, value[:-1] + _MARK + b'"' if name == b"etag" and value.endswith(b'"') else value)
        for name, value in answer.headers
    ]


def _vary(answer: ResponseHead) -> None:
    named = [value for name, value in answer.headers if name == b"vary"]
    others = [header for header in answer.headers if header[0] != b"vary"]
    answer.headers = [*others, (b"vary", b", ".join([*named, b"Accept-Encoding"]))]
