"""If two servers saw different ends of a request, a second one could slip through: none does, whatever the framing."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from tests.gateway.conftest import Gateway
from tests.gateway.servers import wait_for
from tests.gateway.wire import converse

BODY = b"hello"
_CHUNKED = b"5\r\nhello\r\n0\r\n\r\n"


@dataclass(frozen=True)
class Frame:
    """The header lines that frame a request, and the bytes after its head, which the smuggled request follows."""

    name: str
    lines: bytes
    body: bytes = _CHUNKED


def contradicting() -> Iterator[Frame]:
    """A length and a coding, or two lengths, of which readers may follow either."""
    lengths = [b"0", b"4", b"5", b"15", b"100"]
    for length in lengths:
        given = b"Content-Length: " + length + b"\r\n"
        for coding in (
            b"Transfer-Encoding: chunked\r\n",
            b"transfer-encoding: Chunked\r\n",
            b"Transfer-Encoding: gzip, chunked\r\n",
        ):
            yield Frame("CL+TE", given + coding)
            yield Frame("TE+CL", coding + given)
        for other in lengths:
            yield Frame("two lengths", given + b"Content-Length: " + other + b"\r\n", BODY)
            yield Frame("a list of lengths", b"Content-Length: " + length + b", " + other + b"\r\n", BODY)
    for name in (b"Content-Length\x00", b"Content-Length\x0b", b"\x0bContent-Length"):
        yield Frame("a length by another name", b"Content-Length: 5\r\n" + name + b": 0\r\n", BODY)


def codings() -> Iterator[Frame]:
    """Codings that some readers take for `chunked` and others ignore."""
    values = [
        b"gzip, chunked", b"chunked, gzip", b"chunked, chunked", b"chunked, identity", b"identity", b"identity, chunked", b"gzip",
        b"chunked;q=1", b"chunked ;", b"xchunked", b"chunkedx", b"chunk", b"'chunked'", b'"chunked"', b"chunked,", b",chunked", b"", b"\x0bchunked",
        b"\x0cchunked", b"chunked\x0b", b"\x00chunked", b"chunked\x00", b"chu\x00nked", b"\xa0chunked", b"chunked\xff", b"chu nked", b"cow",
        b"chunked\r\n ", b"\r\n chunked", b"\r\n\tchunked", b"x\r\n chunked", b"chunked\r\nX: y\r\n chunked", b"chunked\t", b"\t chunked \t",
    ]  # fmt: skip
    for value in values:
        yield Frame("coding", b"Transfer-Encoding: " + value + b"\r\n")
    for name in (b"Transfer-Encoding ", b"Transfer-Encoding\t", b" Transfer-Encoding", b"\tTransfer-Encoding", b"Transfer-Encoding\x00",
                 b"Transfer\x00-Encoding", b"Transfer Encoding", b"X: y\nTransfer-Encoding", b"X: y\rTransfer-Encoding", b"\x0bTransfer-Encoding"):  # fmt: skip
        yield Frame("coding by another name", name + b": chunked\r\n")
        yield Frame("coding by another name beside a length", b"Content-Length: 5\r\n" + name + b": chunked\r\n")
    yield Frame("two codings", b"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n")
    yield Frame("two codings", b"Transfer-Encoding: identity\r\nTransfer-Encoding: chunked\r\n")


def lengths() -> Iterator[Frame]:
    """Lengths that some readers take for a number."""
    values = [
        b"5 \t", b"\t 5 \t", b"+5", b"-5", b"-0", b"0x5", b"5.0", b"5e0", b"5,", b",5", b"5 5", b"5\t5", b"5;", b"5\x00", b"\x005", b"5\x0b", b"\x0b5", b"5\xa0", b"five", b"",
        b"5_0", b"\xd9\xa5", b"99999999999999999999", b"18446744073709551621", b"4294967301111111111", b"5\r\n 5", b"\r\n 5", b"'5'", b'"5"', b"[5]",
    ]  # fmt: skip
    for value in values:
        yield Frame("length", b"Content-Length: " + value + b"\r\n", BODY)
    for name in (
        b"Content-Length ",
        b"Content-Length\t",
        b" Content-Length",
        b"\tContent-Length",
        b"X: y\nContent-Length",
        b"X: y\rContent-Length",
    ):
        yield Frame("length by another name", name + b": 5\r\n", BODY)


def chunks() -> Iterator[Frame]:
    """Chunks with an end that readers see in different places."""
    sound = b"Transfer-Encoding: chunked\r\n"
    bodies = [
        b"+5\r\nhello\r\n0\r\n\r\n", b"-5\r\nhello\r\n0\r\n\r\n", b"0x5\r\nhello\r\n0\r\n\r\n", b"5_\r\nhello\r\n0\r\n\r\n", b" 5\r\nhello\r\n0\r\n\r\n",
        b"\t5\r\nhello\r\n0\r\n\r\n", b"5\nhello\r\n0\r\n\r\n", b"5\r\nhello\n0\r\n\r\n", b"5\rhello\r\n0\r\n\r\n", b"5\r\nhello\r0\r\n\r\n",
        b"5\r\nhello0\r\n\r\n", b"5\r\nhello!\r\n0\r\n\r\n", b"4\r\nhello\r\n0\r\n\r\n", b"fffffffffffffffff\r\nhello\r\n0\r\n\r\n",
        b"10000000000000005\r\nhello\r\n0\r\n\r\n", b"\r\n5\r\nhello\r\n0\r\n\r\n", b"g\r\nhello\r\n0\r\n\r\n", b"\r\n\r\n", b";\r\nhello\r\n0\r\n\r\n",
        b"5;a\nhello\r\n0\r\n\r\n", b"5;a=b\nhello\r\n0\r\n\r\n", b'5;a="\n"\r\nhello\r\n0\r\n\r\n', b"5;\x00\r\nhello\r\n0\r\n\r\n", b"5;a\rb\r\nhello\r\n0\r\n\r\n",
        b"5\x00\r\nhello\r\n0\r\n\r\n", b"5\x0b\r\nhello\r\n0\r\n\r\n", b"5,5\r\nhello\r\n0\r\n\r\n", b"5 5\r\nhello\r\n0\r\n\r\n",
        b"5\r\nhello\r\n0\n\r\n", b"5\r\nhello\r\n0\r\nX : y\r\n\r\n", b"5\r\nhello\r\n0\r\nX\x00: y\r\n\r\n", b"5\r\nhello\r\n0\r\nX: y\nZ: z\r\n\r\n",
        b"5\r\nhello\r\n-0\r\n\r\n", b"5\r\nhello\r\n0x0\r\n\r\n",
    ]  # fmt: skip
    for body in bodies:
        yield Frame(f"chunks {body!r}", sound, body)


REFUSED = [*contradicting(), *codings(), *lengths(), *chunks()]

# Framing that HTTP allows: there is one body, and what follows is the next request.
SOUND = [
    Frame("length", b"Content-Length: 5\r\n", BODY),
    Frame(
        "length beside a name that folds to it",
        b"Content-Length: 5\r\nContent_Length: 0\r\nContent.Length: 9\r\n",
        BODY,
    ),
    Frame("length behind spaces", b"Content-Length: \t 5\r\n", BODY),
    Frame("length with zeros", b"Content-Length: 0005\r\n", BODY),
    Frame("chunks", b"Transfer-Encoding: chunked\r\n"),
    Frame("coding in capitals", b"TRANSFER-ENCODING: CHUNKED\r\n"),
    Frame("coding beside a name that folds to it", b"Transfer-Encoding: chunked\r\nTransfer_Encoding: gzip\r\n"),
    Frame("coding behind spaces", b"Transfer-Encoding: \t chunked\r\n"),
    Frame("chunks with zeros", b"Transfer-Encoding: chunked\r\n", b"0005\r\nhello\r\n000\r\n\r\n"),
    Frame("two chunks", b"Transfer-Encoding: chunked\r\n", b"2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n"),
    Frame("chunk with an extension", b"Transfer-Encoding: chunked\r\n", b"5;a=b\r\nhello\r\n0;c\r\n\r\n"),
    Frame(
        "chunks with a trailer", b"Transfer-Encoding: chunked\r\n", b"5\r\nhello\r\n0\r\nratebook-identity: x\r\n\r\n"
    ),
]


def outer(gateway: Gateway, frame: Frame) -> bytes:
    head = b"POST /api/v1/rating/echo HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer " + gateway.token().encode()
    return head + b"\r\n" + frame.lines + b"\r\n" + frame.body


def inner(gateway: Gateway, number: int, *, close: bool) -> bytes:
    head = f"GET /api/v1/rating/customers/smuggled-{number} HTTP/1.1\r\nHost: x\r\n"
    return f"{head}Authorization: Bearer {gateway.token()}\r\n{'Connection: close' if close else 'Accept: a'}\r\n\r\n".encode()


def test_no_second_request_passes_behind_one_of_unclear_length(gateway: Gateway) -> None:
    assert len(REFUSED) > 150
    wrong = []
    for number, frame in enumerate(REFUSED):
        statuses = converse(gateway, outer(gateway, frame) + inner(gateway, number, close=True), seconds=2)
        if statuses != [400]:
            wrong.append((frame, statuses))
    assert wrong == []
    wait_for(lambda: gateway.player.active == 0, "the services have finished")
    # A body that fails in the middle has begun to arrive but never arrived completely, so nothing was done with it.
    assert [seen for seen in gateway.player.seen if seen.body_sha256 or "smuggled" in seen.raw_path] == []


@pytest.mark.parametrize("frame", SOUND, ids=lambda frame: frame.name)
def test_with_valid_framing_the_body_arrives_and_the_next_request_is_separate(gateway: Gateway, frame: Frame) -> None:
    assert converse(gateway, outer(gateway, frame) + inner(gateway, 0, close=True)) == [200, 200]
    first, second = gateway.player.seen
    assert (first.body_bytes, first.body_sha256) == (5, hashlib.sha256(BODY).hexdigest())
    assert len(first.header("ratebook-identity")) == 1
    assert (second.raw_path, second.body_bytes) == ("/v1/customers/smuggled-0", 0)


def test_behind_a_refusal_the_connection_ends(gateway: Gateway, monkeypatch: pytest.MonkeyPatch) -> None:
    """A refused body of unknown length must not be taken for the next request."""
    monkeypatch.setattr("gateway.errors._LINGER_SECONDS", 0.2)
    for lines in (b"Transfer-Encoding: chunked\r\n", b"Content-Length: 100000\r\n"):
        head = b"POST /api/v1/rating/nowhere HTTP/1.1\r\nHost: x\r\n" + lines + b"\r\n"
        assert converse(gateway, head + b"0\r\n\r\n" + inner(gateway, 1, close=True), seconds=4) == [404]
    assert gateway.player.seen == []


def test_an_endless_head_uses_no_memory(gateway: Gateway) -> None:
    endless = b"GET /api/v1/rating/echo HTTP/1.1\r\nHost: x\r\n" + b"X-A: " + b"a" * 200_000
    assert converse(gateway, endless, seconds=0.3) in ([], [400], [431])
    assert gateway.player.seen == []
