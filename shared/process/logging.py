"""The logs of a process: one JSON object per line on standard error, with the service and the request id."""

import json
import logging
from datetime import UTC, datetime

from shared.process.tracing import request_id

# The attributes of every record; any other attribute was passed as `extra` and belongs in the line.
_OWN = frozenset(logging.makeLogRecord({}).__dict__) | {"message", "asctime", "taskName"}
_encode = json.JSONEncoder(ensure_ascii=False, default=str).encode


class JsonLines(logging.Formatter):
    """Formats a record as one line: level, logger, message, service, request_id, everything in `extra`, timestamp."""

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
    """Sends all logs of this process to standard error as JSON lines."""
    handler = logging.StreamHandler()
    handler.setFormatter(JsonLines(service))
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level)
    for chatty in ("uvicorn", "uvicorn.error"):
        logging.getLogger(chatty).handlers = []
        logging.getLogger(chatty).propagate = True
    # `shared.http` logs each request once, without its query; with a handler, uvicorn would log it again.
    logging.getLogger("uvicorn.access").handlers = []
    logging.getLogger("uvicorn.access").propagate = False
