"""Every document that is made from the code, with its place."""

import importlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from deploy.documents import errors, events, examples, openapi, operations, settings, tables
from gateway.settings import Settings as GatewaySettings
from shared.contracts.subscriptions import EVENTS
from shared.process.settings import ProcessSettings

ROOT = Path(__file__).parents[2]
CONTRACTS = ROOT / "shared" / "contracts"
DOCS = ROOT / "docs"
SERVICES = ("rating", "receivables", "security")


def documents() -> dict[Path, str]:
    """Every generated file and its content."""
    made = {
        DOCS / "errors.md": errors.page(),
        CONTRACTS / "errors.json": _json(errors.document()),
        CONTRACTS / "asyncapi.json": _json(events.asyncapi()),
    }
    for service in SERVICES:
        document = examples.put_in(openapi.document(service), examples.read_kept(service))
        made[CONTRACTS / "openapi" / f"{service}.json"] = _json(document)
        made[DOCS / "api" / f"{service}.md"] = operations.page(service, document)
        made[DOCS / "tables" / f"{service}.md"] = tables.page(service)
    for event in EVENTS:
        made[CONTRACTS / "schemas" / f"{event.event_name()}.json"] = _json(events.schema(event))
    of_services = {name: importlib.import_module(f"services.{name}.settings").Settings for name in SERVICES}
    made[DOCS / "settings.md"] = settings.page(ProcessSettings, {"gateway": GatewaySettings, **of_services})
    return made


def _json(document: Mapping[str, Any]) -> str:
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"
