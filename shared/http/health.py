"""The health endpoints /livez, /startupz and /readyz."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping

from fastapi import FastAPI, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from shared.process.draining import Draining

log = logging.getLogger(__name__)

Probe = Callable[[], Awaitable[None]]
READY = "ok"
_PROBE_SECONDS = 2


class Unready(Exception):
    """A dependency cannot be used. The message is a sentence that anyone may read: no address, no user, no error text."""


def install_health(
    app: FastAPI, draining: Draining, needed: Mapping[str, Probe], useful: Mapping[str, Probe] | None = None
) -> None:
    """Adds /livez (the process runs), /startupz (it has started) and /readyz (the state of each dependency).

    If something `needed` is missing, the process cannot serve: 503 and `failing`. If something `useful` is missing, it
    serves less, or later: 200 and `degraded`, so that one broken dependency does not take every process out of service.
    A process that is about to stop is not ready: 503 and `draining`. Of an error only its kind is shown; the rest is in
    the log, whenever the state changes. `app.state.check_parts` looks at all of them, by name.
    """
    states: dict[str, str] = {}
    probes = {**needed, **(useful or {})}

    async def check() -> dict[str, str]:
        results = await asyncio.gather(*(_ask(name, probe, states) for name, probe in probes.items()))
        return dict(zip(probes, results, strict=True))

    app.state.check_parts = check

    async def alive(_: Request) -> Response:
        return JSONResponse({"status": READY})

    async def ready(_: Request) -> Response:
        if draining.begun:
            return JSONResponse({"status": "draining", "checks": {}}, 503)
        checks = await check()
        failed = {name for name, result in checks.items() if result != READY}
        status = "failing" if failed & needed.keys() else "degraded" if failed else READY
        return JSONResponse({"status": status, "checks": checks}, 503 if status == "failing" else 200)

    app.router.routes.append(Route("/livez", alive))
    app.router.routes.append(Route("/startupz", alive))
    app.router.routes.append(Route("/readyz", ready))


async def _ask(name: str, probe: Probe, states: dict[str, str]) -> str:
    """`ok`, or a sentence about what is wrong."""
    state, reason = READY, None
    try:
        async with asyncio.timeout(_PROBE_SECONDS):
            await probe()
    except TimeoutError:
        state = f"There was no answer within {_PROBE_SECONDS} s."
    except Unready as error:
        state, reason = str(error), error.__cause__
    except Exception as error:
        state, reason = "It cannot be used.", error
    if states.get(name, READY) != state:
        log.warning("%s: %s%s", name, state, "" if reason is None else f" ({reason!r})")
    states[name] = state
    return state
