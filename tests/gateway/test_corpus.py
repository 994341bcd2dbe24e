"""Whatever the spelling of a request, services stay within the caller's rights and get only the gateway's identity."""

import re
from collections.abc import Callable, Iterable
from urllib.parse import unquote, unquote_to_bytes

import pytest

from gateway.admission import Admission
from gateway.routes import Route
from gateway.rules.headers import fold
from shared.access.identity import HEADER, IdentityVerifier, load_private_key, public_jwks
from tests.gateway.conftest import SEED, Gateway
from tests.gateway.corpus import PATHS, Form, forged_headers
from tests.gateway.player import Seen
from tests.gateway.wire import converse

LIMITED = "8"
_VERIFIER = IdentityVerifier(public_jwks([load_private_key(SEED)]), "rating")
_MAY = (
    re.compile(r"GET /v1/echo"),
    re.compile(r"GET /v1/customers/[^/]+"),
    re.compile(r"GET /v1/customers/[^/]+/statement"),
    re.compile(r"(GET|POST) /v1/answers/[^/]+"),
)


def readings(raw_path: str) -> set[str]:
    """The path as read by a strict reader and by increasingly lenient ones."""
    found = {raw_path, unquote(raw_path)}
    path = raw_path
    for _ in range(4):
        path = unquote_to_bytes(path).decode("utf-8", "replace")
    for lenient in (path, path.replace("\\", "/"), re.sub(r";[^/]*", "", path.replace("\\", "/"))):
        steps: list[str] = []
        for step in re.sub(r"[\x00-\x20\x7f]", "", lenient).split("/"):
            if step == "..":
                steps = steps[:-1]
            elif step not in {"", "."}:
                steps.append(step)
        found.add("/" + "/".join(steps))
    return found


def reached(gateway: Gateway) -> list[Seen]:
    """The callers' requests that reached a service since the last call, without the gateway's own requests."""
    player = gateway.player
    found = [*player.seen, *(one for one in tuple(player.questions) if one.header("x-forwarded-for"))]
    player.seen.clear()
    return found


def faults_of(seen: Seen) -> list[str]:
    """What the caller should not have been able to do or send in a request that reached a service."""
    faults = [f"may not {seen.method} {path}" for path in readings(seen.raw_path) if not _may(seen.method, path)]
    folded = [fold(name) for name, _ in seen.headers]
    if folded.count(HEADER) != 1 or _VERIFIER.verify(seen.header(HEADER)[0]).subject != LIMITED:
        faults.append("the identity is not the caller's")
    if folded.count("x-forwarded-for") != 1 or seen.header("x-forwarded-for") != ["127.0.0.1"]:
        faults.append("the address is not the caller's")
    if folded.count("traceparent") != 1:
        faults.append("the trace is given twice")
    return faults


def _may(method: str, path: str) -> bool:
    return any(pattern.fullmatch(f"{method} {path}") for pattern in _MAY)


def wrong(gateway: Gateway, forms: Iterable[Form]) -> list[str]:
    """The names of the forms that did what they should not, or got an unexpected answer."""
    authorization = f"Authorization: Bearer {gateway.token(LIMITED)}\r\nConnection: close\r\n\r\n".encode()
    found = []
    reached(gateway)
    for form in forms:
        statuses = converse(gateway, form.line + form.headers + authorization + form.body)
        seen = reached(gateway)
        faults = [fault for request in seen for fault in faults_of(request)]
        if len(seen) > 1:
            faults.append("several requests reached a service")
        if len(statuses) != 1 or statuses[0] >= 500 or (statuses[0] < 400) != bool(seen):
            faults.append(f"answered {statuses} with {len(seen)} at the service")
        found += [f"{form}: {fault}" for fault in faults]
    return found


def test_no_spelling_of_a_path_reaches_what_the_caller_may_not_have(gateway: Gateway) -> None:
    assert len(PATHS) > 900
    assert wrong(gateway, PATHS) == []


def _decided_on_the_decoded_path(raw_path: bytes) -> list[str]:
    return [unquote(step) for step in raw_path.decode("latin-1").strip("/").split("/")]


def _forwarded_as_it_came(admission: Admission, method: str, raw_path: bytes, query: bytes) -> tuple[Route, str]:
    route, _ = admission._routes.match(method, _decided_on_the_decoded_path(raw_path))
    return route, "/v1" + raw_path.decode("latin-1").removeprefix(f"/api/v1/{route.service}")


NAIVE: dict[str, tuple[str, Callable[..., object]]] = {
    "decided on the decoded path": ("gateway.admission.path_segments", _decided_on_the_decoded_path),
    "decided on the decoded path, forwarded as it came": ("gateway.admission.Admission.find", _forwarded_as_it_came),
}


@pytest.mark.parametrize("naive", NAIVE)
def test_the_corpus_detects_a_gateway_that_reads_paths_naively(
    gateway: Gateway, naive: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(*NAIVE[naive])
    assert any("may not" in fault for fault in wrong(gateway, PATHS))


@pytest.fixture
def stolen(gateway: Gateway) -> str:
    """A genuine identity of a user who may do everything, as received by a service."""
    with gateway.client("7") as client:
        assert client.get("/rating/echo").status_code == 200
    (seen,) = reached(gateway)
    return seen.header(HEADER)[0]


def test_no_forged_identity_or_address_reaches_a_service(gateway: Gateway, stolen: str) -> None:
    forms = [
        Form(name, b"GET /api/v1/rating/echo HTTP/1.1\r\n", b"Host: x\r\n" + lines.encode())
        for name, lines in forged_headers(stolen)
    ]
    assert len(forms) > 300
    assert wrong(gateway, forms) == []


def test_no_identity_at_all_reaches_a_public_operation(gateway: Gateway, stolen: str) -> None:
    reached(gateway)
    arrived = []
    for name, lines in forged_headers(stolen):
        converse(gateway, f"GET /api/v1/rating/open HTTP/1.1\r\nHost: x\r\n{lines}Connection: close\r\n\r\n".encode())
        for seen in reached(gateway):
            said = [
                (key, value)
                for key, value in seen.headers
                if fold(key) == HEADER or (stolen in value and key != "accept")
            ]
            if said or seen.header("x-forwarded-for") != ["127.0.0.1"]:
                arrived.append((name, seen.headers))
    assert arrived == []


def test_the_corpus_detects_a_gateway_that_forwards_forged_headers(
    gateway: Gateway, stolen: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "gateway.rules.headers._FORWARDED", {b"ratebook_identity": "ratebook_identity", b"accept": "accept"}
    )
    forms = [
        Form(name, b"GET /api/v1/rating/echo HTTP/1.1\r\n", b"Host: x\r\n" + lines.encode())
        for name, lines in forged_headers(stolen)
    ]
    assert any("the identity is not the caller's" in fault for fault in wrong(gateway, forms))
