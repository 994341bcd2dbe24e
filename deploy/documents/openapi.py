"""The OpenAPI document of a service, as its code gives it."""

import importlib
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from pydantic import SecretStr

from shared.access.identity import public_jwks


def document(service: str) -> dict[str, Any]:
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
    described: dict[str, Any] = main.create_app(settings(**given)).openapi()
    return described
