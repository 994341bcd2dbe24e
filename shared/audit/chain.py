"""The rules of the audit: what is kept of a command's body, and how entries are chained."""

import hashlib
import json
from contextlib import suppress
from typing import Any

MOST_BODY_BYTES = 16 * 1024
FIRST = bytes(32)
_SECRET_WORDS = ("password", "secret", "token")
_HIDDEN = "(not kept)"


def link(previous: bytes, document: str) -> bytes:
    """The seal of an entry: SHA-256 of the previous seal and the entry as JSON.

    The first seal follows 32 zero bytes.
    """
    return hashlib.sha256(previous + document.encode()).digest()


def kept_body(media_type: str, body: bytes) -> str | None:
    """The kept part of a body: JSON without its secrets; only length and SHA-256 if it is large or not JSON."""
    if not body:
        return None
    if media_type == "application/json" and len(body) <= MOST_BODY_BYTES:
        # An endpoint that takes no body does not check that there is JSON in it.
        with suppress(ValueError):
            return json.dumps(_without_secrets(json.loads(body)), ensure_ascii=False)
    return json.dumps({"type": media_type, "bytes": len(body), "sha256": hashlib.sha256(body).hexdigest()})


def _without_secrets(part: Any) -> Any:
    if isinstance(part, dict):
        return {
            name: _HIDDEN if any(word in name.lower() for word in _SECRET_WORDS) else _without_secrets(value)
            for name, value in part.items()
        }
    return [_without_secrets(item) for item in part] if isinstance(part, list) else part
