"""Every line of a log is a JSON object with the same fields."""

import json
import logging
import sys
from datetime import UTC, datetime
from decimal import Decimal

from shared.process import tracing
from shared.process.logging import JsonLines, configure


def line(record: logging.LogRecord) -> dict[str, object]:
    written = JsonLines("rating").format(record)
    assert "\n" not in written
    told: dict[str, object] = json.loads(written)
    return told


def record(message: str, *values: object, **extra: object) -> logging.LogRecord:
    made = logging.getLogger("request").makeRecord("request", 20, "f.py", 7, message, values, None, extra=extra)
    made.created = 1_700_000_000.5
    return made


def test_a_line_has_the_time_logger_message_and_request() -> None:
    request_id = tracing.adopt(None).split("-")[1]
    assert line(record("%s %s %d", "GET", "/v1/Peña", 200, status=200, duration_ms=3.1)) == {
        "level": "INFO",
        "logger": "request",
        "message": "GET /v1/Peña 200",
        "service": "rating",
        "request_id": request_id,
        "status": 200,
        "duration_ms": 3.1,
        "timestamp": datetime.fromtimestamp(1_700_000_000.5, UTC).isoformat(),
    }


def test_values_without_a_json_form_are_written_as_text() -> None:
    told = line(record("x", total=Decimal("1.50"), line="a\nb"))
    assert (told["total"], told["line"]) == ("1.50", "a\nb")


def test_a_failure_is_logged_with_its_traceback() -> None:
    try:
        int("no")
    except ValueError:
        failed = logging.getLogger("request").makeRecord("request", 40, "f.py", 7, "failed", (), sys.exc_info())
    assert str(line(failed)["exc_info"]).endswith("invalid literal for int() with base 10: 'no'")


def test_uvicorn_does_not_log_each_request_again_with_its_query() -> None:
    """uvicorn would as soon as its logger has a handler, even with `--no-access-log`."""
    root, access = logging.getLogger(), logging.getLogger("uvicorn.access")
    before = root.handlers, root.level
    try:
        configure("test", "INFO")
        assert not access.hasHandlers()
    finally:
        root.handlers, root.level = before
