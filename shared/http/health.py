"""The health endpoints /livez, /startupz and /readyz."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping

from fastapi import FastAPI, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from shared.process.draining import Draining

Probe = Callable[[], Awaitable[None]]
_PROBE_SECONDS = 2


def install_health(
    app: FastAPI, draining: Draining, needed: Mapping[str, Probe], useful: Mapping[str, Probe] | None = None
) -> None:
    """Adds /livez (the process runs), /startupz (it has started) and /readyz (the state of each dependency).

    If something `needed` is missing, the process cannot serve: 503 and `failing`. If something `useful` is missing, it
    serves less, or later: 200 and `degraded`, so that one broken dependency does not take every process out of service.
    A process that is about to stop is not ready: 503 and `draining`.
    """

    async def alive(_: Request) -> Response:
        return JSONResponse({"status": "ok"})

    async def ready(_: Request) -> Response:
        if draining.begun:
            return JSONResponse({"status": "draining", "checks": {}}, 503)
        probes = {**needed, **(useful or {})}
        results = await asyncio.gather(*(_ask(probe) for probe in probes.values()))
        checks = dict(zip(probes, results, strict=True))
        failed = {name for name, result in checks.items() if result != "ok"}
        status = "failing" if failed & needed.keys() else "degraded" if failed else "ok"
        return JSONResponse({"status": status, "checks": checks}, 503 if status == "failing" else 200)

    app.router.routes.append(Route("/livez", alive))
    app.router.routes.append(Route("/startupz", alive))
    app.router.routes.append(Route("/readyz", ready))


async def _ask(probe: Probe) -> str:
    """`ok`, or what is wrong."""
    try:
        async with asyncio.timeout(_PROBE_SECONDS):
            await probe()
    except TimeoutError:
        return f"no answer within {_PROBE_SECONDS} s"
    except Exception as error:
        return f"{type(error).__name__}: {error}"[:200]
    return "ok"
