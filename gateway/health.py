"""Owns what makes the gateway ready: fresh permissions, a live NATS connection, every service alive."""

import asyncio
from collections.abc import Mapping

from gateway.permissions import Permissions
from gateway.upstream import Upstream, fetch
from shared.http import Probe

_PROBE_SECONDS = 2
_MAX_ANSWER_BYTES = 4 * 1024


def probes(permissions: Permissions, upstream: Upstream, origins: Mapping[str, str]) -> dict[str, Probe]:
    """The checks of /readyz, by name."""
    return {
        "permissions": permissions.probe_age,
        "nats": permissions.probe_nats,
        **{service: _alive(upstream, origin) for service, origin in origins.items()},
    }


def _alive(upstream: Upstream, origin: str) -> Probe:
    async def probe() -> None:
        async with asyncio.timeout(_PROBE_SECONDS):
            status, _, _ = await fetch(upstream, f"{origin}/livez", (), max_bytes=_MAX_ANSWER_BYTES)
        if status != 200:
            raise ConnectionError(f"answered {status}")

    return probe
