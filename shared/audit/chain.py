"""Owns the rules of the audit: what is kept of a command's body, and how entries are chained."""

import hashlib
import json
from contextlib import suppress
from typing import Any

MOST_BODY_BYTES = 16 * 1024
FIRST = bytes(32)
_SECRET_WORDS = ("password", "secret", "token")
_HIDDEN = "(not kept)"


def link(previous: bytes, document: str) -> bytes:
    """The seal of an entry: SHA-256 over the seal before it and the entry as a JSON text. The first follows 32 zeros."""
    return hashlib.sha256(previous + document.encode()).digest()


def kept_body(media_type: str, body: bytes) -> str | None:
    """What is kept of a body: JSON without its secrets, of anything else or larger its length and SHA-256."""
    if not body:
        return None
    if media_type == "application/json" and len(body) <= MOST_BODY_BYTES:
        # What no endpoint read need not be JSON.
        with suppress(ValueError):
            return json.dumps(_without_secrets(json.loads(body)), ensure_ascii=False)
    return json.dumps({"type": media_type, "bytes": len(body), "sha256": hashlib.sha256(body).hexdigest()})


def _without_secrets(part: Any) -> Any:
    if isinstance(part, dict):
        return {
            name: _HIDDEN if any(word in name.lower() for word in _SECRET_WORDS) else _without_secrets(value)
            for name, value in part.items()
        }
    return [_without_secrets(one) for one in part] if isinstance(part, list) else part
