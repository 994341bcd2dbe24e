"""The rules of headers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.errors import HeadersRefused
from gateway.rules.headers import ResponseHead, fold, outside_location, request_head, response_head
from shared.access.identity import HEADER
from shared.http.files import REPLACED_HEADER

HOST = (b"host", b"x")
NAMES = st.sampled_from(
    [b"accept", b"if-match", b"if_match", b"content-type", b"content.type", b"cookie", b"x-forwarded-for",
     b"x_forwarded_proto", b"forwarded", b"ratebook-identity", b"ratebook_identity", b"ratebook.identity", b"traceparent",
     b"x-request-id", b"x-request_id", b"te", b"trailer", b"keep-alive", b"proxy-authorization", b"x-real-ip", b"x-other"]
)  # fmt: skip
VALUES = st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=20).map(str.encode)
TOKENS = st.lists(NAMES | st.sampled_from([b"close", b"keep-alive", b"upgrade"]), max_size=4).map(b", ".join)
RESERVED = {fold(HEADER), "forwarded", "x-real-ip", "x-request-id", "traceparent", "authorization", "cookie"}


def is_reserved(name: str) -> bool:
    """Whether only the gateway may send this header to a service."""
    return fold(name) in RESERVED or fold(name).startswith("x-forwarded-")


@given(st.lists(st.tuples(NAMES, VALUES)), TOKENS)
def test_reserved_and_hop_by_hop_headers_are_not_forwarded(
    headers: list[tuple[bytes, bytes]], connection: bytes
) -> None:
    forwarded = request_head([HOST, *headers, (b"connection", connection)]).forwarded
    named = {fold(token.decode()) for token in connection.split(b", ")}
    for line in forwarded:
        name = fold(line[0].decode())
        assert not is_reserved(name)
        assert name not in {*named, "connection", "host", "te", "trailer", "keep-alive", "proxy-authorization"}
        assert line in headers
    # Permitted headers pass, in their order and as often as they were sent.
    allowed = [(b"accept"), b"if-match", b"content-type"]
    assert forwarded == [
        (name, value) for name, value in headers if name in allowed and fold(name.decode()) not in named
    ]


@pytest.mark.parametrize(
    ("one", "other"),
    [("Ratebook_Identity", HEADER), ("ratebook.identity", HEADER), ("X_Forwarded.For", "x-forwarded-for")],
)
def test_spellings_that_servers_confuse_are_one_name(one: str, other: str) -> None:
    assert fold(one) == fold(other)
    assert is_reserved(one)


@pytest.mark.parametrize(
    "headers",
    [
        [],
        [HOST, HOST],
        [HOST, (b"content-length", b"1"), (b"content-length", b"1")],
        [HOST, (b"content-length", b"1"), (b"transfer-encoding", b"chunked")],
        [HOST, (b"transfer-encoding", b"gzip, chunked")],
        [HOST, (b"content-length", "٣".encode())],
        [HOST, (b"accept", b"\xe9")],
        [HOST, (b"accept", b"a\x7f")],
        [HOST, (b"upgrade", b"h2c"), (b"content-length", b"1")],
    ],
)
def test_contradicting_headers_are_refused(headers: list[tuple[bytes, bytes]]) -> None:
    with pytest.raises(HeadersRefused):
        request_head(headers)


def test_framing_is_read_and_never_forwarded() -> None:
    assert request_head([HOST, (b"transfer-encoding", b"Chunked")]).chunked
    head = request_head([HOST, (b"content-length", b"012"), (b"accept", b"a\tb")])
    assert (head.content_length, head.forwarded) == (12, [(b"accept", b"a\tb")])


def test_repeated_headers_of_an_answer_stay_separate() -> None:
    lines = [
        (b"set-cookie", b"a=1"),
        (b"x-internal", b"1"),
        (b"set-cookie", b"b=2"),
        (b"etag", b'"1"'),
        (b"content-length", b"7"),
    ]
    head = response_head(lines, "rating", "http://rating:8000")
    assert head.headers == [(b"set-cookie", b"a=1"), (b"set-cookie", b"b=2"), (b"etag", b'"1"')]
    assert head.content_length == 7


def test_the_framing_of_an_answer_is_its_length_or_its_chunks() -> None:
    def read(*headers: tuple[bytes, bytes]) -> ResponseHead:
        return response_head(headers, "rating", "http://rating:8000")

    assert read((b"content-type", b"application/json")) == ResponseHead([(b"content-type", b"application/json")])
    assert read((b"content-length", b"7,7")).content_length is None
    both = read((b"content-length", b"7"), (b"transfer-encoding", b"Chunked"))
    assert (both.content_length, both.unknown_coding) == (None, False)
    assert read((b"transfer-encoding", b"gzip")).unknown_coding
    assert read((b"transfer-encoding", b"chunked"), (b"transfer-encoding", b"chunked")).unknown_coding


def test_an_event_stream_and_a_location_are_recognized_in_an_answer() -> None:
    head = response_head(
        [(b"content-type", b"text/event-stream; charset=utf-8"), (b"location", b"/v1/exports/7")],
        "rating",
        "http://rating:8000",
    )
    assert head.is_event_stream
    assert head.headers[1] == (b"location", b"/api/v1/rating/exports/7")
    assert not response_head([(b"etag", b"text/event-stream")], "rating", "").is_event_stream


@pytest.mark.parametrize(("digits", "length"), [("9" * 18, 10**18 - 1), ("9" * 19, None)])
def test_a_length_beyond_eighteen_digits_is_refused(digits: str, length: int | None) -> None:
    headers = [HOST, (b"content-length", digits.encode())]
    if length is None:
        with pytest.raises(HeadersRefused):
            request_head(headers)
    else:
        assert request_head(headers).content_length == length


@pytest.mark.parametrize(
    ("inside", "outside"),
    [
        ("/v1/exports/7", "/api/v1/rating/exports/7"),
        ("http://rating:8000/v1/exports/7?a=1", "/api/v1/rating/exports/7?a=1"),
        ("https://login.example/v1/x", "https://login.example/v1/x"),
        ("exports/7", "exports/7"),
        ("/console/", "/console/"),
        ("//evil.example/v1/x", "//evil.example/v1/x"),
    ],
)
def test_a_location_at_the_service_becomes_the_one_for_callers(inside: str, outside: str) -> None:
    assert outside_location(inside.encode(), "rating", "http://rating:8000") == outside.encode()


def test_the_characters_that_a_document_does_not_show_are_named_to_the_caller() -> None:
    line = (REPLACED_HEADER.encode(), b"U+1F600")
    assert response_head([line], "rating", "http://rating:8000").headers == [line]
