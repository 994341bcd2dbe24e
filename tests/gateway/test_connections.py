"""The gateway's client alone, over real sockets: how it reads answers, and when it reuses a connection."""

import asyncio
import gc
import random
import ssl
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from gateway.connections import Connections
from gateway.errors import UpstreamFailed, UpstreamTimeout, UpstreamUnreachable
from gateway.exchange import Answer
from gateway.upstream import Upload, fetch
from tests.fixtures.certificates import own_certificate
from tests.gateway.servers import raw_server

ANSWERS = {
    "length": b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 5\r\n\r\nhello",
    "chunks": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2;a=b\r\nhe\r\n3\r\nllo\r\n0\r\nX-Sum: 1\r\n\r\n",
    "told before": b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n"
    b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
    "last one": b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 5\r\n\r\nhello",
    "old": b"HTTP/1.0 200 OK\r\nContent-Length: 5\r\n\r\nhello",
}
MADE_TO_BE_USED_AGAIN = {"length", "chunks", "told before"}


@contextmanager
def saying(replies: dict[str, bytes], connections: list[int] | None = None) -> Iterator[str]:
    """A server that answers `/name` with the reply of that name; for `/name?n` it closes after the first n bytes.

    For `/name?slowly` it sends byte by byte. It counts the requests of each connection in `connections`.
    """
    noted: list[int] = [] if connections is None else connections

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        own = len(noted)
        noted.append(0)
        while True:
            head = await reader.readuntil(b"\r\n\r\n")
            noted[own] += 1
            name, _, cut = head.split(b" ")[1].decode()[1:].partition("?")
            reply = replies[name.replace("%20", " ")]
            if cut == "slowly":
                for byte in reply:
                    writer.write(bytes([byte]))
                    await writer.drain()
                    await asyncio.sleep(0.0005)
                continue
            writer.write(reply[: int(cut)] if cut else reply)
            if cut:
                return

    with raw_server(talk) as origin:
        yield origin


async def ask(upstream: Connections, origin: str, target: str, method: str = "GET") -> tuple[int, bytes]:
    answer = await upstream.send(origin, method, target, (), None)
    try:
        body = bytearray()
        while piece := await answer.read():
            body += piece
        return answer.status, bytes(body)
    finally:
        answer.close()


# --- Reading ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ANSWERS)
async def test_an_answer_that_arrives_byte_by_byte_is_the_same(upstream: Connections, name: str) -> None:
    with saying(ANSWERS) as origin:
        target = f"/{name}?slowly".replace(" ", "%20")
        assert await ask(upstream, origin, target) == (200, b"hello")


@pytest.mark.parametrize("name", ANSWERS)
async def test_an_answer_that_breaks_off_anywhere_is_a_failure(upstream: Connections, name: str) -> None:
    with saying(ANSWERS) as origin:
        targets = [f"/{name}?{length}".replace(" ", "%20") for length in range(len(ANSWERS[name]))]
        outcomes = await asyncio.gather(*(ask(upstream, origin, target) for target in targets), return_exceptions=True)
    assert {type(outcome) for outcome in outcomes} == {UpstreamFailed}


@pytest.mark.parametrize(("name", "own"), [("chunks", b"transfer-encoding"), ("told before", b"content-length")])
async def test_only_the_final_head_has_headers(upstream: Connections, name: str, own: bytes) -> None:
    with saying(ANSWERS) as origin:
        answer = await upstream.send(origin, "GET", f"/{name}".replace(" ", "%20"), (), None)
        while await answer.read():
            pass
        answer.close()
    assert [name for name, _ in answer.headers] == [own]


async def test_without_a_length_the_body_ends_with_the_connection(upstream: Connections) -> None:
    reply = b"HTTP/1.1 200 OK\r\n\r\nhello"
    with saying({"open": reply}) as origin:
        assert await ask(upstream, origin, f"/open?{len(reply)}") == (200, b"hello")


@pytest.mark.parametrize("part", [b"X-Endless: a\r\n", b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n", b"a" * 100])
async def test_an_endless_head_is_given_up(upstream: Connections, part: bytes) -> None:
    sent = 0

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal sent
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"" if part.startswith(b"HTTP") else b"HTTP/1.1 200 OK\r\nX: ")
        while sent < 50_000_000:
            writer.write(part * 50)
            sent += 50 * len(part)
            await writer.drain()

    with raw_server(talk) as origin, pytest.raises(UpstreamFailed):
        await ask(upstream, origin, "/")
    assert sent < 50_000_000


async def test_nothing_waits_for_the_garbage_collector(upstream: Connections) -> None:
    """The gateway lets it run rarely, so objects that only it can free would pile up."""
    with saying(ANSWERS) as origin:
        await ask(upstream, origin, "/length")
        gc.collect()
        gc.disable()
        try:
            for target in ["/length?20", "/chunks", "/last%20one", "/length"] * 5:
                await asyncio.gather(ask(upstream, origin, target), return_exceptions=True)
            assert [one for one in gc.get_objects() if isinstance(one, Answer)] == []
        finally:
            gc.enable()


# --- Using a connection again ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ANSWERS)
async def test_a_connection_is_reused_only_if_both_sides_are_done(upstream: Connections, name: str) -> None:
    carried: list[int] = []
    with saying(ANSWERS, carried) as origin:
        for _ in range(3):
            assert await ask(upstream, origin, f"/{name}".replace(" ", "%20")) == (200, b"hello")
    assert carried == ([3] if name in MADE_TO_BE_USED_AGAIN else [1, 1, 1])


async def test_an_unread_answer_holds_up_no_other(upstream: Connections) -> None:
    """A long answer pauses reading its connection."""
    long = b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n" + b"x" * 100_000
    carried: list[int] = []
    with saying(ANSWERS | {"long": long}, carried) as origin:
        for target in ("/long", "/chunks"):
            answer = await upstream.send(origin, "GET", target, (), None)
            await asyncio.sleep(0.1)
            answer.close()
            async with asyncio.timeout(2):
                assert await ask(upstream, origin, "/length") == (200, b"hello")
    assert carried == [1, 3]


async def test_a_connection_is_not_reused_after_head(upstream: Connections) -> None:
    """If a service sent a body anyway, it would be taken for the answer to the next request."""
    carried: list[int] = []
    with saying({"head": b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n"}, carried) as origin:
        for _ in range(2):
            assert await ask(upstream, origin, "/head", "HEAD") == (200, b"")
    assert carried == [1, 1]


async def test_a_connection_is_not_reused_after_being_idle(
    upstream: Connections, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The service may be closing the connection at this moment."""
    monkeypatch.setattr("gateway.exchange._IDLE_SECONDS", 0.2)
    carried: list[int] = []
    with saying(ANSWERS, carried) as origin:
        for _ in range(2):
            await ask(upstream, origin, "/length")
        await asyncio.sleep(0.25)
        await ask(upstream, origin, "/length")
    assert carried == [2, 1]


@pytest.mark.parametrize("method", ["GET", "HEAD"])
async def test_an_answer_without_a_request_goes_to_nobody(upstream: Connections, method: str) -> None:
    """It is dropped, whether it arrives together with the previous answer or later."""
    forged = b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nforged"
    carried: list[int] = []
    behind = {"two": forged, "empty": b"HTTP/1.1 204 No Content\r\n\r\n", "rest": b"x"}
    replies = ANSWERS | {name: ANSWERS["length"] + rest for name, rest in behind.items()}
    with saying(replies, carried) as origin:
        for target in ("/two", "/empty", "/rest"):
            first = await ask(upstream, origin, target, method)
            assert first == (200, b"hello" if method == "GET" else b"")
            assert await ask(upstream, origin, "/chunks") == (200, b"hello")
    # Each of the four requests that follow another answer gets its own connection.
    assert carried == [1, 2, 2, 1]

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(ANSWERS["length"])
        await asyncio.sleep(0.05)
        writer.write(forged)
        await reader.readuntil(b"\r\n\r\n")
        writer.write(forged)

    with raw_server(talk) as origin:
        for _ in range(2):
            assert await ask(upstream, origin, "/") == (200, b"hello")
            await asyncio.sleep(0.1)


async def test_of_many_simultaneous_requests_none_gets_the_answer_to_another(upstream: Connections) -> None:
    """Some are cancelled, some not read to the end, and some connections are lost."""
    dice = random.Random(7)

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            head = await reader.readuntil(b"\r\n\r\n")
            await asyncio.sleep(dice.uniform(0, 0.004))
            body = head.split(b" ")[1] * 2000
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body) + body[:3000])
            if dice.random() < 0.05:
                return
            writer.write(body[3000:])

    whole = 0

    async def one(origin: str, number: int) -> None:
        nonlocal whole
        await asyncio.sleep(dice.uniform(0, 0.5))
        target = f"/{number:06}"
        try:
            async with asyncio.timeout(dice.choice((0.002, 5))):
                answer = await upstream.send(origin, "GET", target, (), None)
        except (TimeoutError, UpstreamFailed):
            return
        try:
            body = bytearray()
            while piece := await answer.read():
                body += piece
                assert bytes(body) == (target.encode() * 2000)[: len(body)]
                if dice.random() < 0.05:
                    return
            assert len(body) == 14_000
            whole += 1
        except UpstreamFailed:
            assert len(body) < 14_000
        finally:
            answer.close()

    with raw_server(talk) as origin:
        await asyncio.gather(*(one(origin, number) for number in range(800)))
    assert whole > 300


# --- Sending ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("target", "header"),
    [("/a", (b"x", b"1\r\nforged: 1")), ("/a", (b"x", b"1\nforged: 1")), ("/a", (b"x\r", b"1")), ("/a b", (b"x", b"1")),
     ("/a HTTP/1.1\r\nforged: 1", (b"x", b"1"))],
)  # fmt: skip
async def test_a_line_that_would_become_two_is_never_sent(
    upstream: Connections, target: str, header: tuple[bytes, bytes]
) -> None:
    carried: list[int] = []
    with saying(ANSWERS, carried) as origin, pytest.raises(ValueError, match="line breaks or spaces"):
        await upstream.send(origin, "GET", target, [header], None)
    assert carried == []


async def pieces(*given: bytes) -> AsyncIterator[bytes]:
    for piece in given:
        await asyncio.sleep(0.01)
        yield piece


@pytest.mark.parametrize("length", [4, 6])
async def test_a_body_with_a_wrong_length_ends_the_request(upstream: Connections, length: int) -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()

    body = Upload(pieces(b"hel", b"", b"lo"), length)
    with raw_server(talk) as origin, pytest.raises(ValueError, match=f"a body announced with {length} bytes has 5"):
        await upstream.send(origin, "POST", "/", (), body)


async def test_an_answer_may_arrive_while_the_request_is_still_being_sent(upstream: Connections) -> None:
    """It may also arrive piece by piece, each after the corresponding piece of the request."""
    connections = 0

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal connections
        connections += 1
        while True:
            head = await reader.readuntil(b"\r\n\r\n")
            assert b"transfer-encoding: chunked\r\n" in head
            writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
            while size := int(await reader.readline(), 16):
                piece = await reader.readexactly(size + 2)
                writer.write(b"%x\r\n" % size + piece)
            await reader.readexactly(2)
            writer.write(b"0\r\n\r\n")

    turns: asyncio.Queue[bytes] = asyncio.Queue()

    async def spoken() -> AsyncIterator[bytes]:
        while word := await turns.get():
            yield word

    with raw_server(talk) as origin:
        answer = await upstream.send(origin, "POST", "/", (), Upload(spoken()))
        for word in (b"one", b"two"):
            turns.put_nowait(word)
            assert await answer.read() == word
        turns.put_nowait(b"")
        assert await answer.read() == b""
        answer.close()
        # A connection is not reused before its request is over.
        answer = await upstream.send(origin, "POST", "/", (), Upload(spoken()))
        answer.close()
        turns.put_nowait(b"three")
        answer = await upstream.send(origin, "POST", "/", (), Upload(spoken()))
        assert await answer.read() == b"three"
        answer.close()
        # An empty piece is not the end.
        answer = await upstream.send(origin, "POST", "/", (), Upload(pieces(b"hel", b"", b"lo")))
        assert await answer.read() + await answer.read() == b"hello"
        answer.close()
    assert connections == 3


async def test_a_service_that_does_not_read_the_body_is_given_up() -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(30)

    async def endless() -> AsyncIterator[bytes]:
        while True:
            yield b"x" * 60_000

    upstream = Connections(connect_seconds=1, inactivity_seconds=0.3)
    with raw_server(talk) as origin, pytest.raises(UpstreamTimeout):
        async with asyncio.timeout(5):
            await upstream.send(origin, "POST", "/", (), Upload(endless()))
    await upstream.close()


# --- Secure connections ----------------------------------------------------------------------------------------------


async def test_a_service_over_tls_must_have_a_trusted_certificate(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    certificate = own_certificate(tmp_path)
    secure = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    secure.load_cert_chain(certificate)
    heard: list[bytes] = []

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while head := await reader.readuntil(b"\r\n\r\n"):
            heard.append(head)
            writer.write(ANSWERS["length"])

    with raw_server(talk, secure) as origin:
        trusting_nobody = Connections(connect_seconds=1, inactivity_seconds=5)
        with pytest.raises(UpstreamUnreachable):
            await trusting_nobody.send(origin, "GET", "/", (), None)
        assert heard == []
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        trusting = Connections(connect_seconds=1, inactivity_seconds=5)
        for _ in range(2):
            assert (await fetch(trusting, origin, "/", (), max_bytes=10))[2] == b"hello"
        with pytest.raises(UpstreamUnreachable):
            await trusting.send(origin.replace("127.0.0.1", "localhost"), "GET", "/", (), None)
        assert len(heard) == 2
        await trusting.close()
        await trusting_nobody.close()
