"""Owns what the gateway needs to decide requests, and what it only passes them on to."""

from collections.abc import Mapping

from gateway.auth import Keys
from gateway.permissions import Permissions
from gateway.upstream import Upstream, fetch
from shared.http.health import Probe

_MAX_ANSWER_BYTES = 4 * 1024


def needed(keys: Keys, permissions: Permissions) -> dict[str, Probe]:
    """Without these no request can be decided."""
    return {"keys": keys.probe, "permissions": permissions.probe_age}


def useful(permissions: Permissions, upstream: Upstream, origins: Mapping[str, str]) -> dict[str, Probe]:
    """Without NATS a change of permissions takes a poll longer; without one service the others still answer."""
    return {
        "nats": permissions.probe_nats,
        **{service: _alive(upstream, origin) for service, origin in origins.items()},
    }


def _alive(upstream: Upstream, origin: str) -> Probe:
    async def probe() -> None:
        status, _, _ = await fetch(upstream, origin, "/livez", (), max_bytes=_MAX_ANSWER_BYTES)
        if status != 200:
            raise ConnectionError(f"answered {status}")

    return probe
