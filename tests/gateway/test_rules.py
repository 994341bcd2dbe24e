"""The gateway's rules by themselves: paths, headers, decisions."""

import itertools
import time
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.errors import AmbiguousPath, HeadersRefused
from gateway.routes import Route, compile_routes
from gateway.rules import (
    Caller,
    PermissionTable,
    User,
    decide,
    fold,
    outside_location,
    path_segments,
    request_head,
    response_head,
)
from shared.access import Access, Grant, Level, Limits, feature, highest_levels, public, scope_for, signed_in
from shared.identity import HEADER
from tests.gateway.player import DOCUMENTS

# --- Paths -----------------------------------------------------------------------------------------------------------

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
def test_a_path_that_is_read_is_read_by_everyone_alike(tail: bytes) -> None:
    raw = b"/" + tail
    try:
        segments = path_segments(raw)
    except AmbiguousPath:
        return
    assert raw.isascii()
    # Decoding before splitting, after splitting, or twice: all see the same path.
    decoded = unquote(raw.decode(), errors="strict")
    assert decoded.split("/")[1:] == segments
    assert unquote(decoded) == decoded
    assert not {"", ".", ".."} & set(segments[:-1])
    assert segments[-1] not in {".", ".."}
    assert not any(set(segment) & {"\\", "\0", "\r", "\n", "%"} for segment in segments)


@given(st.text(min_size=1))
def test_the_path_inside_means_the_same_parameter_and_nothing_else(text: str) -> None:
    table = compile_routes(DOCUMENTS)
    try:
        text.encode()
    except UnicodeEncodeError:
        return
    if {"/", "\\", "%"} & set(text) or text in {".", ".."}:
        return
    _, inside = table.match("GET", ["api", "v1", "rating", "customers", text])
    # Nothing stands there that a server could take for more than this one segment, and nothing is escaped twice.
    assert not set(inside) & set("?#\\ \r\n\t;")
    assert [unquote(segment, errors="strict") for segment in inside.split("/")] == ["", "v1", "customers", text]


# --- Headers ---------------------------------------------------------------------------------------------------------

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
    """Whether only the gateway may say this to a service."""
    return fold(name) in RESERVED or fold(name).startswith("x-forwarded-")


@given(st.lists(st.tuples(NAMES, VALUES)), TOKENS)
def test_nothing_reserved_and_nothing_of_this_hop_is_forwarded(headers, connection: bytes) -> None:
    forwarded = request_head([HOST, *headers, (b"connection", connection)]).forwarded
    named = {fold(token.decode()) for token in connection.split(b", ")}
    for line in forwarded:
        name = fold(line[0].decode())
        assert not is_reserved(name)
        assert name not in {*named, "connection", "host", "te", "trailer", "keep-alive", "proxy-authorization"}
        assert line in headers
    # What may pass does, in its order and as often as it was sent.
    allowed = [(b"accept"), b"if-match", b"content-type"]
    assert forwarded == [
        (name, value) for name, value in headers if name in allowed and fold(name.decode()) not in named
    ]


@pytest.mark.parametrize(
    ("one", "other"),
    [("Ratebook_Identity", HEADER), ("ratebook.identity", HEADER), ("X_Forwarded.For", "x-forwarded-for")],
)
def test_spellings_that_servers_mix_up_are_one_name(one: str, other: str) -> None:
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
def test_contradictions_are_refused(headers: list[tuple[bytes, bytes]]) -> None:
    with pytest.raises(HeadersRefused):
        request_head(headers)


def test_framing_is_read_and_never_forwarded() -> None:
    assert request_head([HOST, (b"transfer-encoding", b"Chunked")]).chunked
    head = request_head([HOST, (b"content-length", b"012"), (b"accept", b"a\tb")])
    assert (head.content_length, head.forwarded) == (12, [(b"accept", b"a\tb")])


def test_lines_of_an_answer_stay_lines() -> None:
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
def test_a_location_inside_becomes_the_one_outside(inside: str, outside: str) -> None:
    assert outside_location(inside.encode(), "rating", "http://rating:8000") == outside.encode()


# --- Decisions -------------------------------------------------------------------------------------------------------

SAT = Limits(branches=frozenset({"SAT"}))


def route(access: Access) -> Route:
    return Route("rating", "GET", "/v1/a", access, segments=("a",), numbers=())


def table(**grants: tuple[Grant, ...]) -> PermissionTable:
    return PermissionTable(
        1,
        {
            subject.removeprefix("u"): User("ALAMO\\x", given, highest_levels(given))
            for subject, given in grants.items()
        },
    )


def caller(subject: str) -> Caller:
    return Caller(subject, "1", 0)


EDIT = feature("rating.a", Level.EDIT)


@pytest.mark.parametrize(
    ("access", "who", "grants", "result"),
    [
        (public("log-in"), None, (), "pass"),
        (public("log-in"), caller("9"), (), "pass"),
        (signed_in(), None, (), "unauthenticated"),
        (signed_in(), caller("9"), (), "unauthenticated"),
        (signed_in(), caller("7"), (), "pass"),
        (EDIT, None, (Grant("rating.a", Level.ADMIN),), "unauthenticated"),
        (EDIT, caller("9"), (Grant("rating.a", Level.ADMIN),), "unauthenticated"),
        (EDIT, caller("7"), (), "forbidden"),
        (EDIT, caller("7"), (Grant("rating.a", Level.VIEW),), "forbidden"),
        (EDIT, caller("7"), (Grant("rating.a", Level.EDIT),), "pass"),
        (EDIT, caller("7"), (Grant("rating.a", Level.ADMIN),), "pass"),
        (EDIT, caller("7"), (Grant("rating.a", Level.EDIT, SAT),), "pass"),
        (EDIT, caller("7"), (Grant("rating.ab", Level.ADMIN), Grant("rating", Level.ADMIN)), "forbidden"),
        (EDIT, caller("7"), (Grant("rating.a", Level.VIEW), Grant("rating.a", Level.EDIT, SAT)), "pass"),
        (EDIT, caller("7"), (Grant("rating.a", Level.NONE),), "forbidden"),
    ],
)
def test_who_may_do_what(access: Access, who: Caller | None, grants: tuple[Grant, ...], result: str) -> None:
    assert decide(route(access), who, table(u7=grants)).result == result


LEVELS = st.sampled_from([level for level in Level if level is not Level.NONE])
GRANTS = st.lists(
    st.builds(
        Grant,
        st.sampled_from(["rating.a", "rating.b", "security.a"]),
        st.sampled_from(Level),
        st.sampled_from([Limits(), SAT]),
    ),
    max_size=6,
).map(tuple)


@given(GRANTS, LEVELS)
def test_a_decision_is_what_the_service_decides_with_the_same_grants(grants: tuple[Grant, ...], level: Level) -> None:
    decided = decide(route(feature("rating.a", level)), caller("7"), table(u7=grants))
    assert (decided.result == "pass") == (scope_for(grants, "rating.a", level) is not None)


@given(GRANTS, GRANTS, LEVELS)
def test_more_grants_never_take_anything_away_and_lower_levels_come_with_higher(more, grants, level: Level) -> None:
    def passes(given: tuple[Grant, ...], at: Level) -> bool:
        return decide(route(feature("rating.a", at)), caller("7"), table(u7=given)).result == "pass"

    if passes(grants, level):
        assert passes(grants + more, level)
        assert all(passes(grants, lower) for lower in Level if Level.NONE < lower <= level)


def test_a_decision_takes_less_than_20_microseconds() -> None:
    grants = tuple(Grant(f"rating.f{number}", level) for number, level in itertools.product(range(20), list(Level)[1:]))
    held = table(u7=(*grants, Grant("rating.a", Level.EDIT)))
    asked, who = route(EDIT), caller("7")
    best = float("inf")
    for _ in range(20):
        began = time.perf_counter()
        for _ in range(100):
            decide(asked, who, held)
        best = min(best, (time.perf_counter() - began) / 100)
    assert best < 20e-6
