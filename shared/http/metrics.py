"""/metrics: what the process has counted, and what it looks up for each scrape."""

import asyncio
import hmac
from collections.abc import Iterable, Mapping, Sequence

from fastapi import FastAPI, Request
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, Metric, generate_latest
from starlette.responses import Response
from starlette.routing import Route

from shared.errors import Unauthenticated
from shared.process.metrics import METRICS_PATH, Lookup, gauge_by, log

_LOOKUP_SECONDS = 2.0


class _Families:
    """Looked-up values as a collector, from which the text format is generated."""

    def __init__(self, families: Sequence[Metric]):
        self._families = families

    def collect(self) -> Iterable[Metric]:
        return self._families


def install_metrics(app: FastAPI, lookups: Mapping[str, Lookup], *, key: str | None = None) -> None:
    """Adds /metrics: what this process has counted, and the results of `lookups` at that moment.

    With a `key`, only a caller that sends it as `Authorization: Bearer` gets them.
    """
    expected = None if key is None else f"Bearer {key}".encode()

    async def metrics(request: Request) -> Response:
        shown = request.headers.get("authorization", "").encode("latin-1")
        if expected is not None and not hmac.compare_digest(shown, expected):
            raise Unauthenticated("Send the key of the metrics as `Authorization: Bearer`.")
        found = await asyncio.gather(*(_look(name, lookup) for name, lookup in lookups.items()))
        families = [family for result in found if result is not None for family in result]
        up = {name: float(result is not None) for name, result in zip(lookups, found, strict=True)}
        families.append(gauge_by("ratebook_lookup_up", "Whether the source answered for this scrape.", "of", up))
        text = generate_latest(REGISTRY) + generate_latest(_Families(families))
        return Response(text, media_type=CONTENT_TYPE_LATEST)

    app.router.routes.append(Route(METRICS_PATH, metrics))


async def _look(name: str, lookup: Lookup) -> list[Metric] | None:
    """The metrics of a source, or None when it does not answer within two seconds."""
    try:
        async with asyncio.timeout(_LOOKUP_SECONDS):
            return list(await lookup())
    except Exception as error:
        log.warning("metrics: %s did not answer: %r", name, error)
        return None
