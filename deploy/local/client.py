"""A client of the gateway: logs in, keeps the session alive, and turns refusals into readable errors."""

import json
import time
import uuid
from collections.abc import Iterator
from typing import Any

import httpx

from deploy.local.process import LocalError
from shared.files.csv import CSV_TYPE
from shared.files.xlsx import XLSX_TYPE

_FRESH_SECONDS = 240


class Refused(LocalError):
    """A refusal by the gateway or a service; `code` and `status` are from the problem document."""

    def __init__(self, answer: httpx.Response):
        try:
            self.problem: dict[str, Any] = answer.json()
        except json.JSONDecodeError:
            self.problem = {"code": "NO_PROBLEM", "detail": answer.text[:200]}
        self.status = answer.status_code
        self.code: str = self.problem.get("code", "")
        super().__init__(
            f"{answer.request.method} {answer.request.url.path}: {self.status} {self.code}: {self.problem.get('detail')}"
        )


class Clerk:
    """One user of the gateway. Paths are relative to `/api/v1`, such as `/rating/work-orders`."""

    def __init__(self, gateway_url: str, user: str, password: str):
        self.user = user
        self._password = password
        self._http = httpx.Client(base_url=f"{gateway_url}/api/v1", timeout=60)
        self._fresh_until = 0.0

    def _authorize(self) -> None:
        if time.monotonic() < self._fresh_until:
            return
        answer = self._http.post("/security/tokens", json={"user": self.user, "password": self._password})
        if answer.status_code >= 400:
            raise Refused(answer)
        self._http.headers["authorization"] = f"Bearer {answer.json()['access_token']}"
        self._fresh_until = time.monotonic() + _FRESH_SECONDS

    def call(self, method: str, path: str, **options: Any) -> httpx.Response:
        """Sends a request; raises Refused if the status is 400 or higher."""
        self._authorize()
        answer = self._http.request(method, path, **options)
        if answer.status_code >= 400:
            raise Refused(answer)
        return answer

    def get(self, path: str, **query: Any) -> Any:
        return self.call("GET", path, params=query).json()

    def download(self, path: str, media_type: str, **query: Any) -> bytes:
        return self.call("GET", path, params=query, headers={"accept": media_type}).content

    def post(self, path: str, body: object, **headers: str) -> Any:
        """Posts JSON, with a new idempotency key for each command."""
        sent = {
            "idempotency-key": str(uuid.uuid4()),
            **{name.replace("_", "-"): value for name, value in headers.items()},
        }
        answer = self.call("POST", path, json=body, headers=sent)
        return answer.json() if answer.content else None

    def upload(self, path: str, content: bytes) -> Any:
        """Imports a CSV file or a workbook, which begins as every ZIP archive does, and returns the answer."""
        media_type = XLSX_TYPE if content.startswith(b"PK\x03\x04") else CSV_TYPE
        return self.call("POST", path, content=content, headers={"content-type": media_type}).json()

    def pages(self, path: str, **query: Any) -> Iterator[Any]:
        """All items of a list, page by page."""
        cursor = None
        while True:
            page = self.get(path, limit=500, **query, **({"cursor": cursor} if cursor else {}))
            yield from page["items"]
            cursor = page["next_cursor"]
            if cursor is None:
                return

    def follow(self, path: str) -> Iterator[dict[str, Any]]:
        """The states in a stream of server-sent events, up to `done`."""
        self._authorize()
        with self._http.stream("GET", path, timeout=httpx.Timeout(10, read=60)) as answer:
            if answer.status_code >= 400:
                answer.read()
                raise Refused(answer)
            event = ""
            for line in answer.iter_lines():
                name, _, value = line.partition(":")
                if name == "event":
                    event = value.strip()
                elif name == "data":
                    yield json.loads(value)
                    if event == "done":
                        return

    def close(self) -> None:
        self._http.close()
