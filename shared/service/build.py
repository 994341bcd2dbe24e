"""Building a service from its database, broker, consumers, jobs and operations."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

from fastapi import FastAPI
from nats.aio.client import Client

from shared.access.identity import IdentityVerifier
from shared.audit.store import seal_part
from shared.database.pages import Sorting
from shared.database.pool import Database
from shared.events import streams
from shared.events.consumer import Consumer, ConsumerLoop
from shared.events.relay import Relay
from shared.http.audit import audit_router
from shared.http.context import RequestContext
from shared.http.health import install_health
from shared.http.leaving import EndAbandoned
from shared.http.metrics import install_metrics
from shared.http.openapi import openapi_document, sortings_of
from shared.http.operation import Router, include
from shared.http.operations import LookUpLatest, operations_routers
from shared.http.problems import install_problem_handlers
from shared.process import logging as service_logging
from shared.process.background import collect_rarely, running
from shared.process.draining import Draining
from shared.process.settings import ServiceSettings
from shared.process.version import VERSION
from shared.service.jobs import Bell, Job
from shared.service.measures import Measure, in_database, of_pool
from shared.service.probes import probe_broker, probe_database, probe_loops
from shared.service.pruning import OF_EVERY_SERVICE, Prune, prune_jobs

Loop = Callable[[], Awaitable[None]]
log = logging.getLogger(__name__)


def build(
    name: str,
    settings: ServiceSettings,
    *,
    routers: Sequence[Router],
    consumers: Sequence[Consumer[Any]] = (),
    jobs: Mapping[str, Job] | None = None,
    prunes: Mapping[str, Prune] | None = None,
    measures: Sequence[Measure] = (),
    sortings: Mapping[str, Sorting] | None = None,
    latest: LookUpLatest | None = None,
) -> FastAPI:
    """Builds the application of one service.

    `prunes` delete rows of the service that are too old, in addition to those of all services. `measures` look up the
    metrics that the service reports in addition to those that all services report. `sortings` are what its lists can be
    sorted by, by operation id; records and the audit declare theirs themselves. `latest` looks up the last run that
    operators ask about.
    """
    service_logging.configure(name, settings.log_level)
    database = Database(settings.database_url.get_secret_value(), settings.pool_size, application=f"ratebook-{name}")
    nats_url = settings.nats_url.get_secret_value()
    failing: dict[str, str] = {}
    reading = _Reading(nats_url, database, consumers, failing)
    bell = Bell()
    pruning = prune_jobs({**OF_EVERY_SERVICE, **(prunes or {})})
    all_jobs = {"audit": Job(seal_part), **pruning, **(jobs or {})}

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        collect_rarely()
        loops: dict[str, Loop] = {
            "relay": Relay(name, database, nats_url).run,
            "events": reading.run,
            **({"bell": partial(bell.listen, database)} if jobs else {}),
            **{job_name: partial(job.run, database, bell) for job_name, job in all_jobs.items()},
        }
        with draining.before_stopping():
            async with running(loops, failing):
                yield
        await database.close()

    draining = Draining(settings.drain_seconds)
    app = _Service(title=f"Ratebook {name}", version=VERSION, lifespan=lifespan, docs_url=None, redoc_url=None)
    app.state.database = database
    app.state.settings = settings
    app.state.identities = IdentityVerifier(settings.gateway_keys, name)
    app.add_middleware(RequestContext, service=name, draining=draining)
    app.add_middleware(EndAbandoned)
    install_problem_handlers(app)
    needed = {"database": partial(probe_database, database)}
    install_health(app, draining, needed, {"nats": reading.probe, "loops": partial(probe_loops, failing)})
    by_durable = {consumer.durable: consumer for consumer in consumers}
    install_metrics(app, {"database": in_database(database, measures, [*by_durable]), "pool": of_pool(database)})
    include(app, [*routers, audit_router(name), *operations_routers(name, by_durable, latest)])
    app.sortings = sortings_of(app, sortings or {})
    return app


class _Service(FastAPI):
    """An application whose document says what each of its lists can be sorted by."""

    sortings: Mapping[str, Sorting]

    def openapi(self) -> dict[str, Any]:
        return openapi_document(self, self.sortings)


class _Reading:
    """All consumers of the process, on one connection to NATS."""

    def __init__(self, nats_url: str, database: Database, consumers: Sequence[Consumer[Any]], failing: dict[str, str]):
        # A wrong address is said at the start, not by loops that fail one after the other.
        streams.read_address(nats_url)
        self._nats_url = nats_url
        self._database = database
        self._consumers = consumers
        self._failing = failing
        self._client: Client | None = None

    async def run(self) -> None:
        """Reads until it is cancelled; shared.process.background starts it again when it fails."""
        self._client = client = await streams.connect(self._nats_url, reconnect=True)
        loops = {
            f"consumer {consumer.durable}": ConsumerLoop(consumer, self._database, client).run
            for consumer in self._consumers
        }
        try:
            async with running(loops, self._failing):
                await asyncio.Event().wait()
        finally:
            self._client = None
            await client.close()

    async def probe(self) -> None:
        """Raises Unready when the broker does not answer."""
        await probe_broker(self._client)
