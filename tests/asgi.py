"""Asks an application in this loop as uvicorn does, for tests that ask thousands of times."""

from typing import Any

from starlette.types import ASGIApp, Message

Header = tuple[bytes, bytes]


async def ask(app: ASGIApp, method: str, path: str, query: str, headers: list[Header]) -> int:
    """The status of one request without a body; the answer's body is left aside."""
    scope: dict[str, Any] = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": query.encode(),
        "root_path": "",
        "headers": [(b"host", b"ratebook"), *headers],
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 1),
        "state": {},
    }
    status = 0
    asked = False

    async def receive() -> Message:
        nonlocal asked
        if asked:
            return {"type": "http.disconnect"}
        asked = True
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Message) -> None:
        nonlocal status
        if message["type"] == "http.response.start":
            status = message["status"]

    await app(scope, receive, send)
    return status
