"""The rules of paths."""

from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.errors import AmbiguousPath
from gateway.routes import compile_routes
from gateway.rules.paths import path_segments
from tests.gateway.player import DOCUMENTS

PIECES = st.lists(
    st.one_of(
        st.sampled_from(
            [b"/", b"//", b".", b"..", b"%2f", b"%5C", b"%2e", b"%00", b"%25", b"%", b";", b"\\", b"%c3%a9"]
        ),
        st.binary(max_size=3),
        st.sampled_from([b"a", b"api", b"v1", b"customers", b"%41", b"+", b"~"]),
    ),
    max_size=8,
).map(b"".join)


@given(PIECES)
def test_an_accepted_path_has_only_one_reading(tail: bytes) -> None:
    raw = b"/" + tail
    try:
        segments = path_segments(raw)
    except AmbiguousPath:
        return
    assert raw.isascii()
    # Decoding before splitting, after splitting, or twice gives the same path.
    decoded = unquote(raw.decode(), errors="strict")
    assert decoded.split("/")[1:] == segments
    assert unquote(decoded) == decoded
    assert not {"", ".", ".."} & set(segments[:-1])
    assert segments[-1] not in {".", ".."}
    assert not any(set(segment) & {"\\", "\0", "\r", "\n", "%"} for segment in segments)


@pytest.mark.parametrize(
    ("raw", "segments"),
    [
        (b"/api/O%27Neil", ["api", "O'Neil"]),
        (b"/%41%c3%A9/b", ["Aé", "b"]),
        (b"/", [""]),
        (b"api", None),
        (b"/a b", None),
        (b"/a%4", None),
        (b"/a%", None),
        (b"/a%zz", None),
        (b"/a%2Fb", None),
        (b"/a%c3", None),
    ],
)
def test_each_segment_is_decoded_once_or_the_path_is_refused(raw: bytes, segments: list[str] | None) -> None:
    if segments is None:
        with pytest.raises(AmbiguousPath):
            path_segments(raw)
    else:
        assert path_segments(raw) == segments


@given(st.text(min_size=1))
def test_the_path_at_the_service_has_the_same_parameter_and_nothing_else(text: str) -> None:
    table = compile_routes(DOCUMENTS)
    try:
        text.encode()
    except UnicodeEncodeError:
        return
    if {"/", "\\", "%"} & set(text) or text in {".", ".."}:
        return
    _, inside = table.match("GET", ["api", "v1", "rating", "customers", text])
    # It contains nothing that a server could take for more than this segment, and nothing is escaped twice.
    assert not set(inside) & set("?#\\ \r\n\t;")
    assert [unquote(segment, errors="strict") for segment in inside.split("/")] == ["", "v1", "customers", text]
