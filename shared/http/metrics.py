"""Owns /metrics: what the process counted, and what it looks up when it is asked."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence

from fastapi import FastAPI, Request
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, Metric, generate_latest
from starlette.responses import Response
from starlette.routing import Route

from shared.process.metrics import METRICS_PATH, Lookup, gauge_by, log

_LOOKUP_SECONDS = 2.0


class _Families:
    """Looked-up values in the shape that the text format is made from."""

    def __init__(self, families: Sequence[Metric]):
        self._families = families

    def collect(self) -> Iterable[Metric]:
        return self._families


def install_metrics(app: FastAPI, lookups: Mapping[str, Lookup]) -> None:
    """Adds /metrics: what this process counted, and what each of `lookups` finds now."""

    async def metrics(_: Request) -> Response:
        found = await asyncio.gather(*(_look(name, lookup) for name, lookup in lookups.items()))
        families = [family for one in found if one is not None for family in one]
        up = {name: float(one is not None) for name, one in zip(lookups, found, strict=True)}
        families.append(gauge_by("ratebook_lookup_up", "Whether a source could be asked for this scrape.", "of", up))
        text = generate_latest(REGISTRY) + generate_latest(_Families(families))
        return Response(text, media_type=CONTENT_TYPE_LATEST)

    app.router.routes.append(Route(METRICS_PATH, metrics))


async def _look(name: str, lookup: Lookup) -> list[Metric] | None:
    """What a source says, None when it does not within two seconds."""
    try:
        async with asyncio.timeout(_LOOKUP_SECONDS):
            return list(await lookup())
    except Exception as error:
        log.warning("metrics: %s could not be asked: %r", name, error)
        return None
