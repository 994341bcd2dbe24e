"""Simulated services behind the gateway: security's keys and permission table, and operations that record requests."""

import asyncio
import gzip
import hashlib
import json
import threading
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from starlette.types import Receive, Scope, Send

from shared.access.grants import Grant
from shared.access.identity import grants_to_claim, public_jwks
from shared.http.leaving import EndAbandoned

Play = Callable[[Scope, Receive, Send], Awaitable[None]]


def _operation(level: str, feature: str | None = None, **further: Any) -> dict[str, Any]:
    declared = {"x-access-level": level} | ({"x-feature": feature} if feature else {})
    return {"responses": {"200": {"description": ""}}, **declared, **further}


def _path(name: str, kind: str) -> dict[str, Any]:
    return {"name": name, "in": "path", "required": True, "schema": {"type": kind}}


LARGE_BYTES = 256 * 1024 * 1024
_STREAM = {"200": {"description": "", "content": {"text/event-stream": {}}}}
_ORDER = [_path("order_id", "integer")]
_TEXT = [_path("number", "string")]

_COOKIE = {"name": "__Host-ratebook-refresh", "in": "cookie", "schema": {"type": "string"}}

DOCUMENTS: dict[str, dict[str, Any]] = {
    "rating": {
        "paths": {
            "/v1/echo": {
                "get": _operation("view", "rating.echo"),
                "post": _operation("edit", "rating.echo"),
                "put": _operation("approve", "rating.echo"),
            },
            "/v1/orders/{order_id}": {"get": _operation("view", "rating.orders", parameters=_ORDER)},
            "/v1/orders/export": {"post": _operation("admin", "rating.export")},
            "/v1/customers/{number}": {"get": _operation("view", "rating.echo", parameters=_TEXT)},
            "/v1/customers/{number}/statement": {"get": _operation("view", "rating.echo", parameters=_TEXT)},
            "/v1/ticks": {"get": _operation("view", "rating.ticks", responses=_STREAM)},
            "/v1/answers/{kind}": {
                "get": _operation("view", "rating.echo"),
                "head": _operation("view", "rating.echo"),
                "post": _operation("view", "rating.echo"),
            },
            "/v1/kept": {"post": _operation("public", parameters=[_COOKIE])},
            "/v1/open": {"get": _operation("public"), "post": _operation("public")},
            "/v1/me": {"get": _operation("signed_in")},
        }
    },
    "receivables": {"paths": {"/v1/echo": {"get": _operation("view", "receivables.echo")}}},
    "security": {
        "paths": {
            "/v1/jwks": {"get": _operation("public")},
            "/v1/permission-table": {"get": _operation("view", "security.permission_table")},
        }
    },
}


@dataclass
class Seen:
    """One request as received by a service."""

    method: str
    raw_path: str
    query: str
    headers: list[tuple[str, str]]
    body_bytes: int = 0
    body_sha256: str = ""

    def header(self, name: str) -> list[str]:
        return [value for key, value in self.headers if key == name]


@dataclass
class Player:
    """The state of the services, which tests change while the servers run."""

    key: Ed25519PrivateKey = field(default_factory=Ed25519PrivateKey.generate)
    keys: list[Ed25519PrivateKey] = field(default_factory=list)
    epoch: int = 1
    users: dict[str, dict[str, Any]] = field(default_factory=dict)
    groups: dict[str, dict[str, Any]] = field(default_factory=dict)
    failing: bool = False
    health: dict[str, Any] = field(default_factory=lambda: {"status": "ok", "checks": {"database": "ok"}})
    table_delay_seconds: float = 0
    seen: list[Seen] = field(default_factory=list)
    questions: list[Seen] = field(default_factory=list)
    denials: dict[str, dict[str, Any]] = field(default_factory=dict)
    peers: set[object] = field(default_factory=set)
    active: int = 0
    hanging: int = 0
    sent_bytes: int = 0
    left: list[str] = field(default_factory=list)
    go_on: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        self.keys = self.keys or [self.key]

    def grant(self, subject: str, *grants: Grant, name: str = "ALAMO\\tester") -> None:
        """Gives `subject` a group with `grants`, at a new epoch."""
        self.users = {**self.users, subject: {"name": name, "groups": [f"g{subject}"]}}
        self.groups = {**self.groups, f"g{subject}": {"name": subject, "grants": grants_to_claim(grants)}}
        self.epoch += 1

    def remove(self, subject: str) -> None:
        self.users = {key: user for key, user in self.users.items() if key != subject}
        self.epoch += 1

    def asked(self, path: str) -> int:
        """The number of the gateway's own requests for `path`."""
        return sum(question.raw_path == path for question in tuple(self.questions))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await _lifespan(receive, send)
            return
        headers = [(name.decode(), value.decode("latin-1")) for name, value in scope["headers"]]
        seen = Seen(scope["method"], scope["raw_path"].decode(), scope["query_string"].decode(), headers)
        self.peers.add(scope["client"])
        own = {"/readyz", "/v1/jwks", "/v1/permission-table", "/v1/denials"}
        (self.questions if seen.raw_path in own else self.seen).append(seen)
        self.active += 1
        try:
            await self._play_for(seen)(scope, receive, send)
        finally:
            self.active -= 1

    def _play_for(self, seen: Seen) -> Play:
        match seen.raw_path.split("/")[1:]:
            case ["readyz"]:
                return answer(
                    json.dumps(self.health).encode(), 200 if self.health["status"] in {"ok", "degraded"} else 503
                )
            case ["v1", "jwks"]:
                return answer(public_jwks(self.keys).encode(), 500 if self.failing else 200)
            case ["v1", "permission-table" | "denials" | "ticks" as noun]:
                return {"permission-table": self._table, "denials": self._hear, "ticks": self._ticks}[noun]
            case ["v1", "answers", kind]:
                special: dict[str, Play] = {"hang": EndAbandoned(self._hang), "large": self._large}
                return special.get(kind) or ANSWERS.get(kind, self._echo)
            case _:
                return self._echo

    async def _table(self, scope: Scope, receive: Receive, send: Send) -> None:
        etag = f'"{self.epoch}"'
        table = {"epoch": self.epoch, "users": self.users, "groups": self.groups}
        if self.table_delay_seconds:
            await asyncio.sleep(self.table_delay_seconds)
        if self.failing:
            play = answer(b"", 500)
        elif etag in self.questions[-1].header("if-none-match"):
            play = answer(b"", 304, (b"etag", etag.encode()))
        else:
            play = answer(json.dumps(table).encode(), 200, (b"etag", etag.encode()))
        await play(scope, receive, send)

    async def _hear(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Accepts reports of denials; one with a known key is not counted again."""
        (key,) = self.questions[-1].header("idempotency-key")
        body = b""
        while (message := await receive())["type"] != "http.disconnect":
            body += message["body"]
            if not message["more_body"]:
                break
        self.denials[key] = json.loads(body)
        await answer(b"", 500 if self.failing else 204)(scope, receive, send)

    async def _echo(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers with the request, after reading all of it."""
        seen = next(one for one in reversed(self.seen) if one.raw_path == scope["raw_path"].decode())
        digest = hashlib.sha256()
        while True:
            message = await receive()
            if message["type"] == "http.disconnect":
                self.left.append(seen.raw_path)
                return
            digest.update(message["body"])
            seen.body_bytes += len(message["body"])
            if not message["more_body"]:
                break
        seen.body_sha256 = digest.hexdigest()
        await answer(json.dumps(seen.__dict__).encode(), 200, (b"content-type", b"application/json"))(
            scope, receive, send
        )

    async def _ticks(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Sends `count` events, one every `every` seconds, the first after `wait`, and the head after `late`."""
        options = {key: float(values[0]) for key, values in parse_qs(scope["query_string"].decode()).items()}
        await asyncio.sleep(options.get("late", 0))
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/event-stream")]})
        await send({"type": "http.response.body", "body": b"", "more_body": True})

        async def tick() -> None:
            await asyncio.sleep(options.get("wait", 0))
            for number in range(int(options.get("count", 1_000_000))):
                event = f"id: {number}\ndata: {asyncio.get_running_loop().time()}\n\n".encode()
                await send({"type": "http.response.body", "body": event, "more_body": True})
                await asyncio.sleep(options.get("every", 0.02))
            await send({"type": "http.response.body", "body": b"", "more_body": False})

        ticking = asyncio.create_task(tick())
        leaving = asyncio.create_task(_until_disconnect(receive))
        done, _ = await asyncio.wait({ticking, leaving}, return_when=asyncio.FIRST_COMPLETED)
        if ticking not in done:
            self.left.append("/v1/ticks")
        ticking.cancel()
        leaving.cancel()

    async def _large(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Sends more than all sockets on the way can hold, without a length."""
        self.sent_bytes = 0
        await send({"type": "http.response.start", "status": 200, "headers": []})
        while self.sent_bytes < LARGE_BYTES:
            await send({"type": "http.response.body", "body": b"x" * 65536, "more_body": True})
            self.sent_bytes += 65536
        await send({"type": "http.response.body", "body": b""})

    async def _hang(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers when the test releases it, like a service that finishes what it has begun."""
        self.hanging += 1
        try:
            while not self.go_on.is_set():
                await asyncio.sleep(0.01)
        finally:
            self.hanging -= 1
        await answer(b"late")(scope, receive, send)


def answer(body: bytes, status: int = 200, *headers: tuple[bytes, bytes]) -> Play:
    async def play(scope: Scope, receive: Receive, send: Send) -> None:
        length = [] if status in {204, 304} else [(b"content-length", str(len(body)).encode())]
        await send({"type": "http.response.start", "status": status, "headers": [*headers, *length]})
        await send({"type": "http.response.body", "body": body})

    return play


GZIPPED = gzip.compress(b"compressed once, passed on as it is" * 100, mtime=0)
ROWS = json.dumps([{"number": f"W{number}", "total": f"{number}.00"} for number in range(200)]).encode()
_JSON = (b"content-type", b"application/json")
ANSWERS: dict[str, Play] = {
    "rows": answer(ROWS, 200, _JSON, (b"etag", b'"7"'), (b"vary", b"Accept"), (b"accept-ranges", b"bytes")),
    "table": answer(ROWS, 200, (b"content-type", b"text/csv; charset=utf-8")),
    "few": answer(ROWS[:1023], 200, _JSON, (b"etag", b'"7"')),
    "secret": answer(ROWS, 200, _JSON, (b"cache-control", b"no-store")),
    "part": answer(ROWS, 206, _JSON, (b"content-range", b"bytes 0-9/99")),
    "picture": answer(
        ROWS,
        200,
        (b"content-type", b"image/png"),
        (b"x-content-type-options", b"nosniff"),
        (b"content-security-policy", b"sandbox"),
    ),
    "cookies": answer(
        b"", 200, (b"set-cookie", b"one=1; Path=/"), (b"set-cookie", b"two=2; Path=/"), (b"server", b"x")
    ),
    "gzip": answer(GZIPPED, 200, (b"content-encoding", b"gzip"), (b"content-type", b"text/plain")),
    "redirect": answer(b"", 302, (b"location", b"/v1/orders/7")),
    "elsewhere": answer(b"", 302, (b"location", b"https://login.example/authorize?a=1")),
    "created": answer(b"{}", 201, (b"location", b"/v1/orders/7"), (b"etag", b'"3"')),
    "empty": answer(b"", 204),
    "unmodified": answer(b"", 304, (b"etag", b'"3"')),
    "latin": answer(b"ok", 200, (b"content-disposition", b"inline; filename=Pe\xf1a.pdf"), (b"etag", b'"1"')),
    "inner": answer(b"ok", 200, (b"x-internal-note", b"secret"), (b"x-request-id", b"forged"), (b"date", b"yesterday")),
    "refused": answer(b'{"code": "ORDER_LOCKED"}', 409, (b"content-type", b"application/problem+json")),
    "early": answer(b"too much", 413),
}


async def _until_disconnect(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _lifespan(receive: Receive, send: Send) -> None:
    while True:
        message = await receive()
        await send({"type": f"{message['type']}.complete"})
        if message["type"] == "lifespan.shutdown":
            return
