"""The dependencies of the gateway: those it needs to decide, and those it only forwards requests to."""

from collections.abc import Mapping

from gateway.auth import Keys
from gateway.permissions import Permissions
from gateway.upstream import Upstream, fetch
from shared.http.health import Probe

_MAX_ANSWER_BYTES = 4 * 1024


def needed(keys: Keys, permissions: Permissions) -> dict[str, Probe]:
    """The probes of what the gateway needs to decide about any request."""
    return {"keys": keys.probe, "permissions": permissions.probe_age}


def useful(permissions: Permissions, upstream: Upstream, origins: Mapping[str, str]) -> dict[str, Probe]:
    """The probes of what the gateway can do without.

    These are NATS, without which a change of permissions arrives with the next poll, and the single services.
    """
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
