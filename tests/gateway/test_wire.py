"""Requests over a raw socket: every ambiguous spelling is refused before it reaches a service."""

import socket

import pytest

from shared.access.identity import HEADER
from tests.gateway.conftest import Gateway
from tests.gateway.wire import request, say

TEXT = b"/api/v1/rating/customers/"
ESCAPES = [
    b"%2f", b"%2F", b"%5c", b"%5C", b"%2e", b"%2E", b"%00", b"%25", b"%252f", b"%252e%252e", b"%25%32%66",
    b"%01", b"%09", b"%0a", b"%0D", b"%1f", b"%7F",
]  # fmt: skip
AROUND = [b"%s", b"a%sb", b"%sb", b"a%s", b"a/%s/b"]
SHAPES = [
    b".", b"..", b"./a", b"../a", b"a/.", b"a/..", b"a/../b", b"a/./b", b"../../../etc/passwd", b"%2e.", b".%2e",
    b"%2e%2e/a", b"..%2fa", b"..%5ca", b"..\\a", b"..;/a", b"..%00/a", b"..%0d/a",
    b"/a", b"a//b", b"a//", b"//", b"a///b",
    b";", b"a;b", b"a;jsessionid=1", b"a/;/b", b"\\", b"a\\b", b"\\\\a",
    b"%", b"a%", b"%2", b"%g0", b"%0g", b"%zz", b"%u002f", b"%-1", b"%+1", b"%%32f", b"a%2", b"%2%66",
    b"%ff", b"%c0%af", b"%c0%ae", b"%c1%9c", b"%e0%80%af", b"%ed%a0%80", b"%f5%80%80%80", b"%c3", b"a%80b",
    b'a"b', b"a<b", b"a>b", b"a|b", b"a{b", b"a}b", b"a^b", b"a`b", b"a[b", b"a]b",
]  # fmt: skip
BYTES = [bytes([byte]) for byte in (*range(0x01, 0x21, 3), 0x0A, 0x0D, 0x20, 0x7F, 0x80, 0xA0, 0xC0, 0xFF)]
PREFIXES = [
    b"/api/v1/./rating/echo", b"/api//v1/rating/echo", b"/api/v1//rating/echo", b"/api/v1/rating//echo",
    b"/api/v1/rating/../security/jwks", b"/api/../api/v1/rating/echo", b"/api/v1/rating%2fecho", b"/api/v1;x/rating/echo",
    b"/api/v1/rating;/echo", b"/api/v1/rating/echo%00", b"/api/v1/rating/echo%20/..", b"/api/v1/rating/%2e%2e/security/jwks",
]  # fmt: skip

REFUSED = (
    [TEXT + around % escape for escape in ESCAPES for around in AROUND]
    + [TEXT + shape for shape in SHAPES]
    + [TEXT + b"a" + byte + b"b" for byte in BYTES]
    + PREFIXES
)


def test_ambiguous_paths_are_refused_and_reach_no_service(gateway: Gateway) -> None:
    assert len(REFUSED) > 150
    told = {target: say(gateway, request(gateway, target)) for target in REFUSED}
    wrong = {target: answer for target, answer in told.items() if answer not in {(400, "AMBIGUOUS_PATH"), (400, "")}}
    assert wrong == {}
    # uvicorn's parser refuses control bytes and non-ASCII bytes before the gateway sees them; the gateway refuses the
    # rest.
    assert sum(code == "AMBIGUOUS_PATH" for _, code in told.values()) > 130
    assert gateway.player.seen == []


def test_the_plain_forms_of_these_paths_pass(gateway: Gateway) -> None:
    for text in (
        b"a",
        b"...",
        b"a.b",
        b".a",
        b"a..b",
        b"a%20b",
        b"%3b",
        b"%3F",
        b"%23",
        b"%C3%A9",
        b"a+b",
        b"a~!$&'()*,=:@",
    ):
        assert say(gateway, request(gateway, TEXT + text))[0] == 200
    assert len(gateway.player.seen) == 12


@pytest.mark.parametrize(
    "target",
    [
        b"//api/v1/rating/echo", b"/%61pi/v1/rating/echo", b"/API/v1/rating/echo", b"/api/V1/rating/echo", b"*",
        b"/api/v1/rating/echo/", b"/api/v2/rating/echo", b"/v1/echo", b"/api/v1/Rating/echo", b"/./api/v1/rating/echo",
        b"//evil.example/api/v1/rating/echo", b"/x/../api/v1/rating/echo",
    ],
)  # fmt: skip
def test_other_spellings_of_a_path_do_not_exist(gateway: Gateway, target: bytes) -> None:
    assert say(gateway, request(gateway, target)) == (404, "NOT_FOUND")
    assert gateway.player.seen == []


@pytest.mark.parametrize("query", [b"a=\x01", b"a=\x7f", b"a=\xc3\xa9", b"a b", b"a=\xff", b"\x00", b"a=\t"])
def test_queries_with_forbidden_bytes_are_refused(gateway: Gateway, query: bytes) -> None:
    assert say(gateway, request(gateway, b"/api/v1/rating/echo?" + query))[0] == 400
    assert gateway.player.seen == []


def test_queries_arrive_unchanged(gateway: Gateway) -> None:
    for query in (b"a=%2F..%2f&b=%00&c=%25&d=..//;x", b"?", b"a=[1]|{2}\\^`", b"%zz=%", b"a==b&&a"):
        assert say(gateway, request(gateway, b"/api/v1/rating/echo?" + query))[0] == 200
        assert gateway.player.seen[-1].query.encode() == query
        assert gateway.player.seen[-1].raw_path == "/v1/echo"


def test_a_target_that_is_too_long_is_refused(gateway: Gateway) -> None:
    assert say(gateway, request(gateway, TEXT + b"a" * 20_000)) == (414, "TARGET_TOO_LONG")
    assert say(gateway, request(gateway, b"/api/v1/rating/echo?" + b"a" * 20_000)) == (414, "TARGET_TOO_LONG")


@pytest.mark.parametrize(
    "target", [b"http://evil.example/api/v1/rating/echo", b"https://user@evil.example:1/api/v1/rating/echo"]
)
def test_an_absolute_target_never_leads_elsewhere(gateway: Gateway, target: bytes) -> None:
    """uvicorn drops the authority, so only the path counts, which goes to the service in the table."""
    assert say(gateway, request(gateway, target))[0] == 200
    (seen,) = gateway.player.seen
    assert seen.raw_path == "/v1/echo"
    assert "evil" not in str(seen)


FRAMES = [
    b"Transfer-Encoding: gzip, chunked\r\n", b"Transfer-Encoding: chunked, chunked\r\n", b"Transfer-Encoding: identity\r\n",
    b"Transfer-Encoding: xchunked\r\n", b"Transfer-Encoding : chunked\r\n", b"Transfer-Encoding:\r\n",
    b"Transfer-Encoding: \x0bchunked\r\n", b"Transfer-Encoding: chunked;q=1\r\n", b"Transfer-Encoding: chunked, identity\r\n",
    b"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", b"Transfer-Encoding: chunked\r\nContent-Length: 5\r\n",
    b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", b"Content-Length: 5\r\nContent-Length: 5\r\n",
    b"Content-Length: 5\r\nContent-Length: 6\r\n", b"Content-Length: 5, 5\r\n", b"Content-Length: +5\r\n",
    b"Content-Length: -5\r\n", b"Content-Length: 0x5\r\n", b"Content-Length: 5 5\r\n", b"Content-Length:\r\n",
    b"Content-Length: 99999999999999999999\r\n", b"Content-Length : 5\r\n",
]  # fmt: skip
LINES = [
    b" folded: x\r\n", b"X-A: a\r\n folded\r\n", b"X-A: a\x00b\r\n", b"X-A: a\nX-B: b\r\n", b"X-A: a\rX-B: b\r\n", b"X A: b\r\n",
    b": b\r\n", b"X\x00A: b\r\n", b"nothing\r\n", b"Accept: a\x01b\r\n", b"Accept: \xc3\xa9\r\n", b"If-Match: \xff\r\n",
]  # fmt: skip
HOSTS = [
    b"", b"Host:\r\n", b"Host: a\r\nHost: a\r\n", b"Host: a b\r\n", b"Host: a/b\r\n", b"Host: u@a\r\n", b"Host: a,b\r\n",
    b"Host: a?b\r\n", b"Host: a#b\r\n", b"Host: a\\b\r\n", b"Host: \xff\r\n", b"Host: a%2fb\r\n", b"Host: <a>\r\n",
]  # fmt: skip


@pytest.mark.parametrize("headers", [b"Host: x\r\n" + line for line in FRAMES + LINES] + HOSTS)
def test_ambiguous_headers_are_refused(gateway: Gateway, headers: bytes) -> None:
    method = b"POST" if headers.lower().count(b"content-length") + headers.lower().count(b"transfer") else b"GET"
    told = say(
        gateway,
        request(gateway, b"/api/v1/rating/echo", headers, method) + (b"5\r\nhello\r\n0\r\n\r\n" * (method == b"POST")),
    )
    assert told in {(400, "HEADERS_REFUSED"), (400, "")}
    assert gateway.player.seen == []


@pytest.mark.parametrize("headers", [b"X-A: 1\r\n" * 101, b"X-A: " + b"a" * 40_000 + b"\r\n"])
def test_too_many_or_too_long_headers_are_refused(gateway: Gateway, headers: bytes) -> None:
    told = say(gateway, request(gateway, b"/api/v1/rating/echo", b"Host: x\r\n" + headers))
    assert told == (431, "HEADERS_TOO_LARGE")


@pytest.mark.parametrize("version", [b"HTTP/2.0", b"HTTP/0.9", b"HTTP/1.2", b"HTTP/3", b"http/1.1"])
def test_other_versions_of_http_are_refused(gateway: Gateway, version: bytes) -> None:
    sound = request(gateway, b"/api/v1/rating/echo")
    assert say(gateway, sound.replace(b"HTTP/1.1", version, 1))[0] == 400
    assert gateway.player.seen == []


@pytest.mark.parametrize("method", [b"TRACE", b"CONNECT", b"OPTIONS", b"PROPFIND", b"DELETE"])
def test_methods_that_no_operation_has_are_refused(gateway: Gateway, method: bytes) -> None:
    assert say(gateway, request(gateway, b"/api/v1/rating/echo", method=method)) == (405, "METHOD_NOT_ALLOWED")
    assert gateway.player.seen == []


def test_a_request_behind_a_refused_one_is_not_taken_for_its_body(gateway: Gateway) -> None:
    """This is classic smuggling: one server counts bytes, the next one chunks."""
    inner = request(gateway, b"/api/v1/rating/open", method=b"POST")
    for framing in (b"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n", b"Transfer-Encoding: gzip, chunked\r\n"):
        outer = request(gateway, b"/api/v1/rating/echo", b"Host: x\r\n" + framing, b"POST")
        assert say(gateway, outer + b"0\r\n\r\n" + inner)[0] == 400
    assert gateway.player.seen == []


UPGRADE = b"Host: x\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AA\r\n"


def test_an_upgrade_is_ignored(gateway: Gateway) -> None:
    assert say(gateway, request(gateway, b"/api/v1/rating/echo", UPGRADE))[0] == 200
    (seen,) = gateway.player.seen
    assert not {"upgrade", "http2-settings", "connection"} & {name for name, _ in seen.headers}
    assert len(seen.header(HEADER)) == 1


@pytest.mark.parametrize("framing", [b"Content-Length: 5\r\n", b"Transfer-Encoding: chunked\r\n"])
def test_an_upgrade_never_swallows_a_body(gateway: Gateway, framing: bytes) -> None:
    """The server's parser treats the body as data of the other protocol, so a command would pass without its body."""
    body = b"hello" if b"Length" in framing else b"5\r\nhello\r\n0\r\n\r\n"
    told = say(gateway, request(gateway, b"/api/v1/rating/echo", UPGRADE + framing, b"POST") + body)
    assert told == (400, "HEADERS_REFUSED")
    assert gateway.player.seen == []


def test_pipelined_requests_are_answered_in_order(gateway: Gateway) -> None:
    with socket.create_connection(("127.0.0.1", gateway.port), timeout=5) as connection:
        connection.sendall(request(gateway, b"/api/v1/rating/orders/1") + request(gateway, b"/api/v1/rating/nothing"))
        answers = b""
        while b"NOT_FOUND" not in answers:
            answers += connection.recv(65536)
    assert answers.index(b'"raw_path": "/v1/orders/1"') < answers.index(b"HTTP/1.1 404")
