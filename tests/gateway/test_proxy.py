"""Requests reach their service with what may pass, and answers are returned unchanged."""

import hashlib
import socket
import time
from collections.abc import Callable, Iterator

import httpx
import pytest

from shared.access.identity import HEADER, IdentityVerifier, load_private_key, public_jwks
from tests.gateway.conftest import SEED, Gateway
from tests.gateway.player import GZIPPED, LARGE_BYTES
from tests.gateway.servers import wait_for


def test_a_request_reaches_its_service_with_query_headers_and_body(gateway: Gateway) -> None:
    body = b'{"hello": "world"}'
    sent = {"content-type": "application/json", "if-match": '"3"', "idempotency-key": "k1", "user-agent": "test/1"}
    with gateway.client() as client:
        answer = client.post("/rating/echo?b=2&a=1&a=%20x&c=[1]", content=body, headers=sent)
    assert answer.status_code == 200
    seen = answer.json()
    assert (seen["method"], seen["raw_path"], seen["query"]) == ("POST", "/v1/echo", "b=2&a=1&a=%20x&c=[1]")
    assert seen["body_sha256"] == hashlib.sha256(body).hexdigest()
    assert {name: value for name, value in seen["headers"] if name in sent} == sent


def test_a_service_gets_an_identity_with_its_own_grants_only(gateway: Gateway) -> None:
    with gateway.client() as client:
        client.get("/rating/echo")
        client.get("/receivables/echo")
    jwks = public_jwks([load_private_key(SEED)])
    for service, seen in zip(("rating", "receivables"), gateway.player.seen, strict=True):
        (identity,) = seen.header(HEADER)
        principal = IdentityVerifier(jwks, service).verify(identity)
        assert (principal.subject, principal.name, principal.session) == ("7", "ALAMO\\tester", "70")
        assert {grant.feature.split(".")[0] for grant in principal.grants} == {service}


def test_an_identity_is_kept_for_the_same_token_and_service(gateway: Gateway) -> None:
    with gateway.client() as client:
        for _ in range(3):
            client.get("/rating/echo")
    assert len({seen.header(HEADER)[0] for seen in gateway.player.seen}) == 1


def test_a_public_operation_needs_no_token_and_carries_no_identity(gateway: Gateway) -> None:
    answer = httpx.post(f"{gateway.origin}/api/v1/rating/open", json={})
    assert answer.status_code == 200
    (seen,) = gateway.player.seen
    assert seen.header(HEADER) == []


def test_signed_in_operations_admit_any_active_user(gateway: Gateway) -> None:
    with gateway.client("8") as client:
        assert client.get("/rating/me").status_code == 200


def test_access_token_and_cookies_stay_at_the_gateway(gateway: Gateway) -> None:
    with gateway.client() as client:
        client.get("/rating/echo", headers={"cookie": "session=secret", "x-unknown": "1"})
    (seen,) = gateway.player.seen
    names = {name for name, _ in seen.headers}
    assert not names & {"authorization", "cookie", "x-unknown"}
    assert names <= {
        "accept", "accept-encoding", "host", HEADER, "traceparent", "user-agent", "x-forwarded-for"
    }  # fmt: skip


def test_the_trace_reaches_the_service_and_returns_as_the_request_id(gateway: Gateway) -> None:
    trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
    with gateway.client() as client:
        answer = client.get("/rating/echo", headers={"traceparent": trace})
    assert gateway.player.seen[0].header("traceparent") == [trace]
    assert answer.headers["x-request-id"] == "4bf92f3577b34da6a3ce929d0e0e4736"


@pytest.mark.parametrize(
    "name",
    ["ratebook-identity", "Ratebook_Identity", "ratebook.identity", "X-Forwarded-For", "x_forwarded_for",
     "X-Forwarded-Host", "Forwarded", "x-request-id", "X-Real-IP"],
)  # fmt: skip
def test_headers_that_only_the_gateway_may_set_are_never_taken_from_callers(gateway: Gateway, name: str) -> None:
    with gateway.client() as client:
        client.get("/rating/echo", headers={name: "forged"})
        httpx.get(f"{gateway.origin}/api/v1/rating/open", headers={name: "forged"})
    for seen in gateway.player.seen:
        assert "forged" not in str(seen.headers)
        assert seen.header("x-forwarded-for") == ["127.0.0.1"]


def test_naming_headers_in_connection_removes_those_but_never_the_identity(gateway: Gateway) -> None:
    named = f"close, {HEADER}, x-forwarded-for, traceparent, content-type, If_Match"
    sent = {"connection": named, "content-type": "application/json", "if-match": '"3"'}
    with gateway.client() as client:
        answer = client.post("/rating/echo", content=b"{}", headers=sent)
    assert answer.status_code == 200
    (seen,) = gateway.player.seen
    assert len(seen.header(HEADER)) == len(seen.header("x-forwarded-for")) == len(seen.header("traceparent")) == 1
    assert seen.header("content-type") == seen.header("if-match") == []
    assert seen.body_bytes == 2


def test_cookies_are_returned_separately_and_never_sent_with_another_request(
    new_gateway: Callable[..., Gateway],
) -> None:
    """Some cookie jars ignore IP addresses, so the services are reached as localhost here."""
    gateway = new_gateway(host="localhost")
    with gateway.client("7") as client:
        answer = client.get("/rating/answers/cookies")
    assert answer.headers.get_list("set-cookie") == ["one=1; Path=/", "two=2; Path=/"]
    with httpx.Client() as other:
        for _ in range(3):
            assert other.get(f"{gateway.origin}/api/v1/rating/open").status_code == 200
    assert len(gateway.player.seen) == 4
    assert all(seen.header("cookie") == [] for seen in gateway.player.seen)


def test_a_compressed_body_passes_untouched(gateway: Gateway) -> None:
    with gateway.client() as client, client.stream("GET", "/rating/answers/gzip") as answer:
        assert b"".join(answer.iter_raw()) == GZIPPED
        assert (answer.headers["content-encoding"], answer.headers["content-length"]) == ("gzip", str(len(GZIPPED)))


def test_redirects_have_the_path_for_callers(gateway: Gateway) -> None:
    with gateway.client() as client:
        inside = client.get("/rating/answers/redirect")
        elsewhere = client.get("/rating/answers/elsewhere")
        created = client.post("/rating/answers/created")
    assert (inside.status_code, inside.headers["location"]) == (302, "/api/v1/rating/orders/7")
    assert elsewhere.headers["location"] == "https://login.example/authorize?a=1"
    assert (created.status_code, created.headers["location"]) == (201, "/api/v1/rating/orders/7")
    assert len(gateway.player.seen) == 3


@pytest.mark.parametrize(("kind", "status"), [("empty", 204), ("unmodified", 304)])
def test_answers_without_a_body_have_none_and_leave_the_connection_usable(
    gateway: Gateway, kind: str, status: int
) -> None:
    with gateway.client() as client:
        for _ in range(3):
            answer = client.get(f"/rating/answers/{kind}")
            assert (answer.status_code, answer.content) == (status, b"")
            assert "content-length" not in answer.headers


def test_head_gives_the_headers_of_get_without_a_body(gateway: Gateway) -> None:
    with gateway.client() as client:
        for path in ("/rating/echo", "/rating/answers/gzip"):
            head = client.head(path)
            assert (head.status_code, head.content) == (200, b"")
            assert int(head.headers["content-length"]) > 0
        assert client.get("/rating/echo").status_code == 200
    # FastAPI services have no HEAD operations.
    assert [seen.method for seen in gateway.player.seen] == ["GET", "HEAD", "GET"]


def test_headers_of_a_service_outside_the_list_are_dropped(gateway: Gateway) -> None:
    with gateway.client() as client:
        answer = client.get("/rating/answers/inner")
    assert answer.content == b"ok"
    assert "x-internal-note" not in answer.headers
    assert "forged" not in answer.headers.get_list("x-request-id")
    assert "yesterday" not in answer.headers.get_list("date")
    assert "server" not in answer.headers


def test_a_response_header_beyond_ascii_passes_unchanged(gateway: Gateway) -> None:
    with gateway.client() as client:
        answer = client.get("/rating/answers/latin")
    assert (answer.status_code, answer.content, answer.headers["etag"]) == (200, b"ok", '"1"')
    assert [value for name, value in answer.headers.raw if name.lower() == b"content-disposition"] == [
        b"inline; filename=Pe\xf1a.pdf"
    ]


def test_what_keeps_a_browser_from_running_a_file_passes_unchanged(gateway: Gateway) -> None:
    with gateway.client() as client:
        answer = client.get("/rating/answers/picture")
    assert (answer.headers["x-content-type-options"], answer.headers["content-security-policy"]) == (
        "nosniff",
        "sandbox",
    )


def test_a_refusal_of_a_service_passes_unchanged(gateway: Gateway) -> None:
    with gateway.client() as client:
        answer = client.get("/rating/answers/refused")
    assert (answer.status_code, answer.json()) == (409, {"code": "ORDER_LOCKED"})
    assert answer.headers["content-type"] == "application/problem+json"


# --- Paths -----------------------------------------------------------------------------------------------------------


def test_a_parameter_with_escapes_reaches_the_service_escaped_once(gateway: Gateway) -> None:
    with gateway.client() as client:
        answer = client.get("/rating/customers/O%27Neil%20%26%20S%c3%b6hne%3b%3F/statement")
    assert answer.json()["raw_path"] == "/v1/customers/O'Neil%20&%20S%C3%B6hne%3B%3F/statement"


def test_a_literal_segment_wins_even_if_it_is_escaped(gateway: Gateway) -> None:
    """Otherwise the gateway would decide about `{order_id}` while the service does `export`."""
    with gateway.client() as client:
        for spelling in ("export", "%65xport", "exp%6Frt"):
            answer = client.get(f"/rating/orders/{spelling}")
            assert (answer.status_code, answer.headers["allow"]) == (405, "POST")
    assert gateway.player.seen == []


@pytest.mark.parametrize(
    "path",
    ["/rating/orders/abc", "/rating/orders/-1", "/rating/orders/9223372036854775808", "/rating/orders/%D9%A1",
     "/rating/orders/7/", "/rating/orders", "/rating/nothing", "/billing/orders/7", "/rating"],
)  # fmt: skip
def test_paths_that_are_not_in_the_table_do_not_exist(gateway: Gateway, path: str) -> None:
    with gateway.client() as client:
        answer = client.get(path)
    assert (answer.status_code, answer.json()["code"]) == (404, "NOT_FOUND")
    assert answer.headers["content-type"] == "application/problem+json"
    assert gateway.player.seen == []


def test_another_method_is_refused_with_those_allowed(gateway: Gateway) -> None:
    with gateway.client() as client:
        answer = client.delete("/rating/echo")
    assert (answer.status_code, answer.json()["code"]) == (405, "METHOD_NOT_ALLOWED")
    assert answer.headers["allow"] == "GET, HEAD, POST, PUT"


# --- Bodies ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [0, 1, 65_536, 65_537, 20_000_000])
@pytest.mark.parametrize("chunked", [False, True])
def test_bodies_of_any_size_arrive_complete(gateway: Gateway, size: int, *, chunked: bool) -> None:
    body = bytes(index % 251 for index in range(997)) * (size // 997 + 1)
    body = body[:size]
    pieces = (body[start : start + 50_000] for start in range(0, size, 50_000))
    with gateway.client(timeout=20) as client:
        answer = client.post("/rating/echo", content=pieces if chunked else body)
    seen = answer.json()
    assert (seen["body_bytes"], seen["body_sha256"]) == (size, hashlib.sha256(body).hexdigest())


def test_a_body_announced_as_too_large_is_refused_before_it_is_sent(gateway: Gateway) -> None:
    """The refusal comes before any of the body arrives, and no `100 Continue` asks for it."""
    with socket.create_connection(("127.0.0.1", gateway.port), timeout=5) as connection:
        connection.sendall(
            b"POST /api/v1/rating/echo HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\n"
            b"Content-Length: 26214401\r\nAuthorization: Bearer " + gateway.token().encode() + b"\r\n\r\n"
        )
        began = time.monotonic()
        assert connection.recv(100).startswith(b"HTTP/1.1 413 ")
        assert time.monotonic() - began < 1
    assert gateway.player.seen == []


def test_a_body_that_grows_too_large_is_refused_and_the_upload_ended(new_gateway: Callable[..., Gateway]) -> None:
    gateway = new_gateway(max_body_bytes=1_000_000)
    with gateway.client() as client:
        answer = client.post("/rating/echo", content=(b"x" * 50_000 for _ in range(30)))
    assert (answer.status_code, answer.json()["code"]) == (413, "BODY_TOO_LARGE")
    assert answer.headers["connection"] == "close"
    wait_for(lambda: gateway.player.left == ["/v1/echo"], "the upload ended at the service")


def test_an_early_refusal_of_a_body_reaches_the_caller(gateway: Gateway) -> None:
    with gateway.client() as client:
        for _ in range(3):
            answer = client.post("/rating/answers/early", content=(b"x" * 50_000 for _ in range(100)))
            assert (answer.status_code, answer.content) == (413, b"too much")


def test_a_stalled_body_is_given_up(new_gateway: Callable[..., Gateway]) -> None:
    gateway = new_gateway(inactivity_timeout_seconds=0.3)
    for length in (b"100", b"100000"):
        with socket.create_connection(("127.0.0.1", gateway.port), timeout=5) as connection:
            connection.sendall(
                b"POST /api/v1/rating/echo HTTP/1.1\r\nHost: x\r\nContent-Length: " + length + b"\r\n"
                b"Authorization: Bearer " + gateway.token().encode() + b"\r\n\r\nhalf"
            )
            assert b"BODY_STALLED" in connection.recv(10_000)


def test_an_upload_may_take_longer_than_the_inactivity_time_out(new_gateway: Callable[..., Gateway]) -> None:
    """It is slow but never silent."""
    gateway = new_gateway(inactivity_timeout_seconds=0.4)

    def slowly() -> Iterator[bytes]:
        for _ in range(8):
            time.sleep(0.1)
            yield b"x" * 10_000

    with gateway.client() as client:
        assert client.post("/rating/echo", content=slowly()).json()["body_bytes"] == 80_000


def test_back_pressure_reaches_the_service(gateway: Gateway) -> None:
    """What a slow caller has not read stays at the service, except for what the sockets on the way hold."""
    player = gateway.player
    with gateway.client() as client, client.stream("GET", "/rating/answers/large") as answer:
        pieces = answer.iter_raw()
        next(pieces)
        sent = -1
        while sent != player.sent_bytes:
            sent = player.sent_bytes
            time.sleep(0.3)
    assert 0 < sent < LARGE_BYTES // 2
