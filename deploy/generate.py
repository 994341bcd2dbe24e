"""Generating documents from the code: OpenAPI, event schemas, AsyncAPI, docs/errors.md.

`python -m deploy.generate` writes them; a test checks that the committed files are up to date.
"""

import importlib
import json
import pkgutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from pydantic import SecretStr

import services
from deploy.documents import operations, tables
from shared.access.identity import public_jwks
from shared.contracts.event import STREAM, Event
from shared.contracts.subscriptions import EVENTS, SUBSCRIPTIONS
from shared.errors import DomainError
from shared.service.build import openapi_document

ROOT = Path(__file__).parent.parent
CONTRACTS = ROOT / "shared" / "contracts"
SERVICES = ("rating", "receivables", "security")


def documents() -> dict[Path, str]:
    """Every generated file and its content."""
    made = {}
    for service in SERVICES:
        document = _openapi(service)
        made[CONTRACTS / "openapi" / f"{service}.json"] = _json(document)
        made[ROOT / "docs" / "api" / f"{service}.md"] = operations.page(service, document)
        made[ROOT / "docs" / "tables" / f"{service}.md"] = tables.page(service)
    for event in EVENTS:
        made[CONTRACTS / "schemas" / f"{event.event_name()}.json"] = _json(_schema(event))
    made[CONTRACTS / "asyncapi.json"] = _json(_asyncapi())
    made[ROOT / "docs" / "errors.md"] = _errors()
    return made


def _json(document: dict[str, Any]) -> str:
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def _openapi(service: str) -> dict[str, Any]:
    """The document of a service, built like the service itself, but with dummy settings."""
    main = importlib.import_module(f"services.{service}.main")
    settings = importlib.import_module(f"services.{service}.settings").Settings
    key = Ed25519PrivateKey.generate()
    given: dict[str, object] = {
        "database_url": SecretStr("postgresql://localhost/none"),
        "NATS_URL": SecretStr("nats://localhost"),
        "gateway_keys": public_jwks([key]),
        "LOG_LEVEL": "WARNING",
    }
    if "signing_key" in settings.model_fields:
        given["signing_key"] = SecretStr(key.private_bytes_raw().hex())
    return openapi_document(main.create_app(settings(**given)))


def _schema(event: type[Event]) -> dict[str, Any]:
    schema = event.model_json_schema(mode="serialization")
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "$id": event.subject(), **schema}


def _asyncapi() -> dict[str, Any]:
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


def _all_errors(kind: type[DomainError] = DomainError) -> Iterator[type[DomainError]]:
    for error in kind.__subclasses__():
        yield error
        yield from _all_errors(error)


def _errors() -> str:
    for module in pkgutil.walk_packages(services.__path__, "services."):
        if module.name.endswith(".errors"):
            importlib.import_module(module.name)
    importlib.import_module("gateway.errors")
    # The product's errors are in modules with this name; others that this process has loaded do not belong to it.
    known = {error for error in _all_errors() if error.__module__.endswith(".errors")}
    lines = [
        "# Errors",
        "",
        "Every refusal is a problem document (RFC 9457) with one of these codes. The codes are stable; the",
        "explanations may change. `make documents` generates this page from the code.",
        "",
        "| code | status | from | what happened, and what to do |",
        "| --- | --- | --- | --- |",
    ]
    for error in sorted(known, key=lambda error: (error.code, error.__module__)):
        origin = error.__module__.removesuffix(".errors").removeprefix("services.")
        words = " ".join((error.__doc__ or "").split())
        lines.append(f"| `{error.code}` | {error.status} | {origin} | {words} |")
    return "\n".join(lines) + "\n"


def main() -> None:
    """Writes every document and prints its name."""
    for path, content in documents().items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
        print(path.relative_to(ROOT))


if __name__ == "__main__":
    main()
