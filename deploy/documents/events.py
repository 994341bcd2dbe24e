"""The schemas of events, and the AsyncAPI document of who sends and receives them."""

import importlib
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
