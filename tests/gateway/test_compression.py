"""Large JSON and CSV answers are compressed for callers that accept it, and their versions stay usable."""

import asyncio
import gzip
from collections.abc import Iterator

import httpx
import pytest

from gateway.compression import Gzipped
from gateway.rules.compression import accepts_gzip
from tests.gateway.conftest import Gateway
from tests.gateway.player import ROWS

GZIP = {"accept-encoding": "gzip, br"}
PLAIN = {"accept-encoding": "identity"}


@pytest.fixture
def client(gateway: Gateway) -> Iterator[httpx.Client]:
    with gateway.client() as client:
        yield client


def raw(client: httpx.Client, path: str, headers: dict[str, str]) -> tuple[httpx.Response, bytes]:
    """The answer and its body as it was sent."""
    with client.stream("GET", path, headers=headers) as answer:
        return answer, b"".join(answer.iter_raw())


@pytest.mark.parametrize("kind", ["rows", "table"])
def test_a_large_answer_is_compressed(client: httpx.Client, kind: str) -> None:
    answer, body = raw(client, f"/rating/answers/{kind}", GZIP)
    assert answer.headers["content-encoding"] == "gzip"
    assert gzip.decompress(body) == ROWS
    assert len(body) < len(ROWS) / 4
    assert "Accept-Encoding" in answer.headers["vary"]
    assert "content-length" not in answer.headers
    assert "accept-ranges" not in answer.headers


@pytest.mark.parametrize(
    ("kind", "headers", "varies"),
    [
        ("rows", PLAIN, True),
        ("few", GZIP, True),
        ("secret", GZIP, False),
        ("part", GZIP, False),
        ("picture", GZIP, False),
    ],
)
def test_other_answers_pass_as_they_are(
    client: httpx.Client, kind: str, headers: dict[str, str], *, varies: bool
) -> None:
    answer, body = raw(client, f"/rating/answers/{kind}", headers)
    assert ROWS.startswith(body)
    assert "content-encoding" not in answer.headers
    assert int(answer.headers["content-length"]) == len(body)
    assert ("Accept-Encoding" in answer.headers.get("vary", "")) == varies
    assert answer.headers.get("etag", '"7"') == '"7"'


def test_an_event_stream_is_never_compressed(client: httpx.Client) -> None:
    answer, body = raw(client, "/rating/ticks?count=2&every=0", GZIP)
    assert body.count(b"data:") == 2
    assert "content-encoding" not in answer.headers


def test_head_has_the_headers_of_the_compressed_answer(client: httpx.Client) -> None:
    head = client.head("/rating/answers/rows", headers=GZIP)
    answer, _ = raw(client, "/rating/answers/rows", GZIP)
    names = ("content-encoding", "content-length", "etag", "vary", "content-type")
    assert [head.headers.get(name) for name in names] == [answer.headers.get(name) for name in names]
    assert head.content == b""


def test_a_compressed_version_has_its_own_etag_and_the_service_gets_its_own(gateway: Gateway) -> None:
    """A change with the ETag of a compressed answer is a change of the version that was read."""
    with gateway.client() as client:
        etag = client.get("/rating/answers/rows", headers=GZIP).headers["etag"]
        assert etag == '"7-gzip"'
        sent = {"if-match": etag, "if-none-match": f'{etag}, "9"', "if-range": etag}
        client.post("/rating/echo", headers=sent)
        (seen,) = [one for one in gateway.player.seen if one.raw_path == "/v1/echo"]
        assert [seen.header(name) for name in sent] == [['"7"'], ['"7", "9"'], ['"7-gzip"']]
        known = client.get("/rating/answers/unmodified", headers={"if-none-match": '"3-gzip"'})
        assert (known.status_code, known.headers["etag"]) == (304, '"3-gzip"')
        assert client.get("/rating/answers/unmodified", headers={"if-none-match": '"3"'}).headers["etag"] == '"3"'


def test_the_document_of_the_suite_is_compressed(gateway: Gateway) -> None:
    packed = httpx.get(f"{gateway.origin}/openapi.json", headers=GZIP)
    plain = httpx.get(f"{gateway.origin}/openapi.json", headers=PLAIN)
    assert (packed.headers["content-encoding"], packed.json()) == ("gzip", plain.json())
    assert "content-encoding" not in plain.headers


@pytest.mark.parametrize(
    ("value", "accepted"),
    [
        ("gzip", True),
        ("br, GZIP;q=0.5", True),
        ("x-gzip", True),
        ("*", True),
        ("*;q=0", False),
        ("gzip;q=0, *", False),
        ("gzip; q=0.000", False),
        ("identity", False),
        ("", False),
        ("gzipped", False),
    ],
)
def test_gzip_is_accepted_by_name_or_by_a_star_unless_its_quality_is_zero(value: str, *, accepted: bool) -> None:
    assert accepts_gzip([(b"accept-encoding", value.encode())]) is accepted
    assert not accepts_gzip([])


class Source:
    """A body in pieces."""

    def __init__(self, *pieces: bytes):
        self._pieces = list(pieces)

    async def read(self) -> bytes:
        return self._pieces.pop(0) if self._pieces else b""


async def test_a_large_piece_is_compressed_in_turns_with_others() -> None:
    turns = 0

    async def others() -> None:
        nonlocal turns
        while True:
            await asyncio.sleep(0)
            turns += 1

    content = ROWS * 1_000
    working = asyncio.create_task(others())
    body = Gzipped(Source(content))
    made = bytearray()
    while piece := await body.read():
        made += piece
    working.cancel()
    assert gzip.decompress(made) == content
    assert turns > len(content) / 65_536 - 2


async def test_a_body_that_breaks_off_has_no_end() -> None:
    class Broken(Source):
        async def read(self) -> bytes:
            return await super().read() or self._fail()

        def _fail(self) -> bytes:
            raise ConnectionError

    body = Gzipped(Broken(b"x"))
    assert await body.read()
    with pytest.raises(ConnectionError):
        await body.read()
