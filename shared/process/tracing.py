"""The id that follows a request through every process, log line and event (W3C trace context)."""

import re
from contextvars import ContextVar
from random import Random

_TRACEPARENT = re.compile(r"00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}", re.ASCII)
_random = Random()  # noqa: S311 - these ids must be unique, not secret
_current: ContextVar[str | None] = ContextVar("traceparent", default=None)


def new_traceparent() -> str:
    """A new trace context, for a request that came without one."""
    digits = _random.randbytes(24).hex()
    return f"00-{digits[:32]}-{digits[32:]}-01"


def is_traceparent(text: str) -> bool:
    """Whether the text is a W3C trace context."""
    return _TRACEPARENT.fullmatch(text) is not None


def adopt(traceparent: str | None) -> str:
    """Continues the caller's trace, or begins a new one if theirs is missing or malformed; returns the traceparent."""
    chosen = traceparent if traceparent is not None and is_traceparent(traceparent) else new_traceparent()
    _current.set(chosen)
    return chosen


def traceparent() -> str | None:
    """The traceparent of the current request or message, or None outside of one."""
    return _current.get()


def request_id() -> str | None:
    """The trace id, 32 hexadecimal digits: the `request_id` of answers and logs."""
    current = _current.get()
    return current[3:35] if current else None
