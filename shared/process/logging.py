"""Owns how processes log: one JSON object a line, with service and request id, on standard error."""

import json
import logging
from datetime import UTC, datetime

from shared.process.tracing import request_id

# What every record has by itself; anything else in it was given as `extra` and belongs to the line.
_OWN = frozenset(logging.makeLogRecord({}).__dict__) | {"message", "asctime", "taskName"}
_encode = json.JSONEncoder(ensure_ascii=False, default=str).encode


class JsonLines(logging.Formatter):
    """One line for each record: level, logger, message, service, request_id, what was given as `extra`, timestamp."""

    def __init__(self, service: str):
        super().__init__()
        self._service = service

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, object] = {
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
            "service": self._service,
            "request_id": request_id(),
        }
        line.update((name, value) for name, value in record.__dict__.items() if name not in _OWN)
        if record.exc_info:
            line["exc_info"] = self.formatException(record.exc_info)
        if record.stack_info:
            line["stack_info"] = self.formatStack(record.stack_info)
        line["timestamp"] = datetime.fromtimestamp(record.created, UTC).isoformat()
        return _encode(line)


def configure(service: str, level: str) -> None:
    """Sends every logger of this process to standard error as JSON lines."""
    handler = logging.StreamHandler()
    handler.setFormatter(JsonLines(service))
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level)
    for chatty in ("uvicorn", "uvicorn.error"):
        logging.getLogger(chatty).handlers = []
        logging.getLogger(chatty).propagate = True
    # Each request is logged once, by `shared.http`, without its query; with any handler uvicorn would log it again.
    logging.getLogger("uvicorn.access").handlers = []
    logging.getLogger("uvicorn.access").propagate = False
