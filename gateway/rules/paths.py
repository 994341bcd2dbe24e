"""Reading the path of a request."""

from urllib.parse import unquote

from gateway.errors import AmbiguousPath, TargetTooLong

MAX_TARGET_BYTES = 16 * 1024
LETTERS_AND_DIGITS = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
_PATH_BYTES = LETTERS_AND_DIGITS + b"-._~!$&'()*+,=:@/%"
_QUERY_BYTES = bytes(byte for byte in range(0x21, 0x7F) if byte != ord("#"))
_HEX_DIGITS = frozenset("0123456789abcdefABCDEF")


# An encoded slash, backslash or dot changes the structure of the path when it is decoded, an encoded percent sign when
# it is decoded twice; control characters end strings in some languages.
_NEVER_ESCAPED = frozenset({*range(0x20), 0x7F, ord("/"), ord("\\"), ord("."), ord("%")})


def path_segments(raw_path: bytes) -> list[str]:
    """The segments of a path as received, each decoded once; raises AmbiguousPath.

    Example: `/api/v1/rating/customers/O%27Neil` gives `api`, `v1`, `rating`, `customers`, `O'Neil`.
    """
    if raw_path.translate(None, _PATH_BYTES) or not raw_path.startswith(b"/"):
        raise AmbiguousPath("The path has characters that must be percent-encoded in a path.")
    if b"//" in raw_path:
        raise AmbiguousPath("The path has an empty segment.")
    segments = raw_path[1:].decode("ascii").split("/")
    if "." in segments or ".." in segments:
        raise AmbiguousPath("The path has a segment `.` or `..`.")
    if b"%" in raw_path:
        return [_decoded(segment) if "%" in segment else segment for segment in segments]
    return segments


def _decoded(segment: str) -> str:
    for part in segment.split("%")[1:]:
        digits = part[:2]
        if len(digits) < 2 or not _HEX_DIGITS.issuperset(digits):
            raise AmbiguousPath("The path has a percent sign that is not followed by two hexadecimal digits.")
        if int(digits, 16) in _NEVER_ESCAPED:
            raise AmbiguousPath(f"The path has the escape %{digits}, which could be read in two ways.")
    try:
        return unquote(segment, errors="strict")
    except UnicodeDecodeError:
        raise AmbiguousPath("The path has escapes that are not UTF-8.") from None


def check_target(raw_path: bytes, query: bytes) -> None:
    """Raises AmbiguousPath for a query with bytes that are not allowed, and TargetTooLong beyond MAX_TARGET_BYTES.

    The query is forwarded unchanged, so it is not decoded here.
    """
    if len(raw_path) + len(query) > MAX_TARGET_BYTES:
        raise TargetTooLong(f"The path and query together are longer than {MAX_TARGET_BYTES:,} bytes.")
    if query and query.translate(None, _QUERY_BYTES):
        raise AmbiguousPath("The query has characters that must be percent-encoded in a query.")
