"""Talking to a gateway byte by byte."""

import json
import re
import socket
from contextlib import suppress

from tests.gateway.conftest import Gateway


def say(gateway: Gateway, request: bytes) -> tuple[int, str]:
    """Sends these bytes; returns the status of the answer and its code, which is empty if uvicorn refused."""
    with socket.create_connection(("127.0.0.1", gateway.port), timeout=5) as connection:
        connection.sendall(request)
        answer = b""
        while piece := connection.recv(65536):
            answer += piece
            head, separator, body = answer.partition(b"\r\n\r\n")
            length = re.search(rb"content-length: (\d+)", head)
            if separator and length and len(body) >= int(length[1]):
                break
    assert answer.startswith(b"HTTP/1.1 "), answer
    return int(answer[9:12]), json.loads(body).get("code", "") if body.startswith(b"{") else ""


def request(gateway: Gateway, target: bytes, headers: bytes = b"Host: x\r\n", method: bytes = b"GET") -> bytes:
    authorization = f"Authorization: Bearer {gateway.token()}\r\n".encode()
    return method + b" " + target + b" HTTP/1.1\r\n" + headers + authorization + b"\r\n"


def converse(gateway: Gateway, sent: bytes, *, seconds: float = 5) -> list[int]:
    """Sends these bytes and reads until the gateway closes or is silent for `seconds`; returns all statuses."""
    with socket.create_connection(("127.0.0.1", gateway.port), timeout=seconds) as connection:
        connection.sendall(sent)
        answers = b""
        # The gateway may close while there are bytes that it does not read.
        with suppress(ConnectionResetError, TimeoutError):
            while piece := connection.recv(65536):
                answers += piece
    return [int(status) for status in re.findall(rb"HTTP/1\.1 (\d{3}) ", answers)]
