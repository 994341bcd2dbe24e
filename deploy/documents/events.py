"""The schemas of events, and the AsyncAPI document of who sends and receives them."""

import importlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from shared.contracts.event import STREAM, Event
from shared.contracts.subscriptions import EVENTS, SUBSCRIPTIONS


def schema(event: type[Event]) -> dict[str, Any]:
    """The JSON schema of an event's data."""
    made = event.model_json_schema(mode="serialization")
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "$id": event.subject(), **made}


def asyncapi() -> dict[str, Any]:
    """The AsyncAPI document: each event's subject, payload, sender and receivers."""
    channels = {}
    operations = {}
    for event in EVENTS:
        name = event.event_name()
        reference = {"$ref": f"#/channels/{name}"}
        channels[name] = {
            "address": event.subject(),
            "messages": {
                name: {
                    "contentType": "application/cloudevents+json",
                    "summary": (importlib.import_module(event.__module__).__doc__ or "").strip(),
                    "payload": {
                        "type": "object",
                        "required": ["specversion", "id", "source", "type", "time", "data"],
                        "properties": {
                            "specversion": {"const": "1.0"},
                            "id": {"type": "string", "format": "uuid"},
                            "source": {"const": f"ratebook/{event.service}"},
                            "type": {"const": event.subject()},
                            "time": {"type": "string", "format": "date-time"},
                            "datacontenttype": {"const": "application/json"},
                            "data": {"$ref": f"./schemas/{name}.json"},
                        },
                    },
                }
            },
        }
        operations[f"{event.service}-sends-{name}"] = {"action": "send", "channel": reference}
        for service, read in SUBSCRIPTIONS.items():
            if event in read:
                operations[f"{service}-receives-{name}"] = {"action": "receive", "channel": reference}
    return {
        "asyncapi": "3.0.0",
        "info": {"title": "Ratebook events", "version": "1"},
        "defaultContentType": "application/cloudevents+json",
        "servers": {"nats": {"host": "nats.example:4222", "protocol": "nats", "description": f"stream {STREAM}"}},
        "channels": channels,
        "operations": operations,
    }


RELEASED = Path(__file__).parents[2] / "shared" / "contracts" / "released" / "events.json"
"""The schemas of the events of the last release, by which consumers of that time read what is published now."""
_WORDS = ("description", "title")


def read_released() -> dict[str, Any]:
    """The schemas of the last release by the names of the events, without words."""
    released: dict[str, Any] = json.loads(RELEASED.read_text())
    return released


def released_text(schemas: Mapping[str, Any]) -> str:
    """The schemas as they are kept, one line for each event."""
    lines = ",\n".join(
        f" {json.dumps(name)}: {json.dumps(_without_words(one), sort_keys=True)}"
        for name, one in sorted(schemas.items())
    )
    return f"{{\n{lines}\n}}\n"


def write_released() -> Path:
    """Keeps the schemas of today's events, at a release."""
    RELEASED.write_text(released_text({event.event_name(): schema(event) for event in EVENTS}))
    return RELEASED


def _without_words(part: Any) -> Any:
    """A part of a schema without what is only for people. Fields of these names have a schema, not a text."""
    if isinstance(part, list):
        return [_without_words(one) for one in part]
    if not isinstance(part, dict):
        return part
    return {name: _without_words(one) for name, one in part.items() if name not in _WORDS or not isinstance(one, str)}
