"""Any of the three services in this process, on a database of its own."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from fastapi import FastAPI
from pydantic import SecretStr

from services.security.main import create_app as create_security
from services.security.settings import Settings as SecuritySettings
from shared.database import Database
from shared.identity import public_jwks
from tests.services.conftest import application


@asynccontextmanager
async def running(service: str, database: Database, key: Ed25519PrivateKey) -> AsyncIterator[FastAPI]:
    if service != "security":
        app = application(service, public_jwks([key]))
        app.state.database = database
        yield app
        return
    settings = SecuritySettings(
        database_url=SecretStr(database.url),
        NATS_URL=SecretStr("nats://127.0.0.1:1"),
        LOG_LEVEL="CRITICAL",
        gateway_keys=public_jwks([key]),
        signing_key=SecretStr("11" * 32),
    )
    app = create_security(settings)
    yield app
    await app.state.database.close()
