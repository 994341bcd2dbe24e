"""The dependencies of the gateway: those it needs to decide, and the services that it forwards requests to."""

import asyncio
import json
import time
from collections.abc import Mapping
from typing import Any

from gateway.auth import Keys
from gateway.permissions import Permissions
from gateway.upstream import Upstream, fetch
from shared.errors import DomainError
from shared.http.health import READY, Probe, Unready

_MAX_ANSWER_BYTES = 4 * 1024
_SECONDS = 1.0
# Anyone can ask for the gateway's health, and must not thereby ask every database.
_KEPT_SECONDS = 1.5


class ServiceHealth:
    """What a service says about itself at /readyz, asked at most once in a while."""

    def __init__(self, upstream: Upstream, origin: str):
        self._upstream = upstream
        self._origin = origin
        self._state = ""
        self._asked_at = float("-inf")
        self._asking = asyncio.Lock()

    async def state(self) -> str:
        """`ok`, or a sentence about what is wrong."""
        async with self._asking:
            if time.monotonic() - self._asked_at > _KEPT_SECONDS:
                self._state = await self._ask()
                self._asked_at = time.monotonic()
            return self._state

    async def probe(self) -> None:
        """Raises Unready unless the service says that it can do all its work."""
        state = await self.state()
        if state != READY:
            raise Unready(state)

    async def _ask(self) -> str:
        try:
            async with asyncio.timeout(_SECONDS):
                status, _, body = await fetch(self._upstream, self._origin, "/readyz", (), max_bytes=_MAX_ANSWER_BYTES)
        except TimeoutError:
            return f"The service did not answer within {_SECONDS:g} s."
        except DomainError:
            return "The service is unreachable."
        return _state_of(status, body)


def needed(keys: Keys, permissions: Permissions, services: Mapping[str, ServiceHealth]) -> dict[str, Probe]:
    """The probes of what the gateway needs: keys and permissions for any decision, and any service at all."""

    async def probe_services() -> None:
        states = await asyncio.gather(*(service.state() for service in services.values()))
        if not any(_serves(state) for state in states):
            raise Unready("No service is ready.")

    return {"keys": keys.probe, "permissions": permissions.probe_age, "services": probe_services}


def useful(permissions: Permissions, services: Mapping[str, ServiceHealth]) -> dict[str, Probe]:
    """The probes of what the gateway can do without.

    These are NATS, without which a change of permissions arrives with the next poll, and each single service.
    """
    return {"nats": permissions.probe_nats, **{name: service.probe for name, service in services.items()}}


_LESS = "The service is ready, but not all that it depends on: "


def _serves(state: str) -> bool:
    return state == READY or state.startswith(_LESS)


def _state_of(status: int, body: bytes) -> str:
    """The state of a service by its answer; of what it says itself, only the names of its dependencies are repeated."""
    try:
        said: Any = json.loads(body)
        checks = said["checks"].items()
        failing = [str(name) for name, state in checks if state != READY and str(name).isidentifier()]
        is_draining = said["status"] == "draining"
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return "The service does not answer as expected."
    if is_draining:
        return "The service is about to stop."
    if status == 200:
        return f"{_LESS}{', '.join(failing)}." if failing else READY
    return f"The service is not ready: {', '.join(failing) or 'it does not say why'}."
