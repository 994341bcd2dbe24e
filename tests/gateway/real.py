"""The gateway in front of the real security service, both as in production."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
from pydantic import SecretStr

from deploy.local.nats import Nats
from gateway.main import create_app
from gateway.settings import Settings
from tests.gateway.conftest import SEED
from tests.gateway.servers import serving, wait_for


@contextmanager
def gateway_before(security_origin: str, broker: Nats, **settings: Any) -> Iterator[str]:
    """The origin of a gateway that is ready; the other services are not there."""
    given = {
        "NATS_URL": SecretStr(broker.url("gateway")),
        "LOG_LEVEL": "CRITICAL",
        "signing_key": SecretStr(SEED),
        "rating_url": security_origin,
        "receivables_url": security_origin,
        "security_url": security_origin,
        **settings,
    }
    with serving(create_app(Settings(**given))) as gateway:
        wait_for(lambda: httpx.get(f"{gateway.origin}/readyz").status_code == 200, "the gateway is ready", 20)
        yield gateway.origin
