"""Receivables with a reader that is too old: it cannot read marked order numbers."""

import json
from typing import Annotated, Any

from fastapi import FastAPI
from pydantic import StringConstraints, TypeAdapter

from services.receivables.main import create_app as create_receivables
from shared.contracts.event import Envelope
from shared.events.consumer import Consumer

_NUMBER: TypeAdapter[str] = TypeAdapter(Annotated[str, StringConstraints(pattern=r"^[A-Z0-9]+-[0-9]+$")])
_read = Consumer.read


def _read_old(consumer: Consumer[Any], payload: bytes) -> Envelope[Any]:
    """Raises ValidationError for an event with a number that the old contract does not allow."""
    envelope = _read(consumer, payload)
    for number in _numbers_in(json.loads(payload)):
        _NUMBER.validate_python(number)
    return envelope


def _numbers_in(event: dict[str, Any]) -> list[str]:
    data = event["data"]
    if "invoices" in data:
        return [order["number"] for invoice in data["invoices"] for order in invoice["orders"] if "number" in order]
    return [data["number"]]


def create_app() -> FastAPI:
    # Before the service has created any consumer, so that all of them use this reader.
    setattr(Consumer, "read", _read_old)  # noqa: B010 - a method is replaced, which the type checker refuses otherwise
    return create_receivables()
