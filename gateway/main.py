"""Building the gateway from its parts, and the loops that run beside the requests."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from functools import partial

from fastapi import FastAPI
from starlette.types import ASGIApp, Receive, Scope, Send

from gateway import health
from gateway.addresses import CallerAddresses
from gateway.admission import Admission
from gateway.auth import Identities, Keys, Tokens
from gateway.check import Check, is_check
from gateway.connections import Connections
from gateway.denials import Denials
from gateway.documents import install_documents
from gateway.measures import measure
from gateway.operations import Services, own_operation, with_own
from gateway.pages import install_pages
from gateway.permissions import Permissions
from gateway.proxy import Limits, Proxy
from gateway.routes import Document, compile_routes, load_documents
from gateway.settings import Settings
from shared.access.identity import load_private_key
from shared.http.context import RequestContext
from shared.http.health import install_health
from shared.http.metrics import install_metrics
from shared.http.problems import Unexpected, install_problem_handlers
from shared.process import logging as process_logging
from shared.process.background import collect_rarely, running
from shared.process.draining import Draining
from shared.process.version import VERSION


class Front:
    """Routes `/api/*` to the proxy, `/auth/check` to the check if it is enabled, and everything else to `others`."""

    def __init__(self, proxy: ASGIApp, check: ASGIApp | None, others: ASGIApp):
        self._proxy = proxy
        self._check = check
        self._others = others

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        return self._app_for(scope)(scope, receive, send)

    def _app_for(self, scope: Scope) -> ASGIApp:
        if scope["type"] == "http" and scope["raw_path"].startswith(b"/api/"):
            return self._proxy
        if self._check is not None and scope["type"] == "http" and is_check(scope["raw_path"]):
            return self._check
        return self._others


def create_app(settings: Settings | None = None, documents: Mapping[str, Document] | None = None) -> ASGIApp:
    """Builds the gateway. `documents` are the services' OpenAPI documents; the default are those in shared/contracts.

    Raises RoutesUnfit if a document is missing or an operation declares no access.
    """
    settings = settings or Settings()
    process_logging.configure("gateway", settings.log_level)
    documents = documents if documents is not None else load_documents()
    routes = compile_routes(with_own(documents))
    upstream = Connections(
        connect_seconds=settings.connect_timeout_seconds, inactivity_seconds=settings.inactivity_timeout_seconds
    )
    identities = Identities(load_private_key(settings.signing_key.get_secret_value()))
    keys = Keys(upstream, settings.security_url)
    permissions = Permissions(upstream, settings.security_url, identities)
    denials = Denials(upstream, settings.security_url, identities)
    admission = Admission(routes, Tokens(keys, settings.token_cache_size), identities, permissions, denials)

    async def check_parts() -> dict[str, str]:
        checks: dict[str, str] = await app.state.check_parts()
        return checks

    own = own_operation(Services(upstream, settings.origins, identities), check_parts)
    proxy = Proxy(admission, settings.origins, upstream, permissions, _limits(settings), own)
    check = None
    if settings.check_manner is not None and settings.check_key is not None:
        check = Check(admission, settings.check_manner, settings.check_key)

    draining = Draining(settings.drain_seconds, proxy.streams.end_all)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        collect_rarely()
        loops: dict[str, Callable[[], Awaitable[None]]] = {
            "keys": keys.run,
            "permissions": partial(permissions.poll, settings.permission_poll_seconds),
            "permissions-changed": partial(permissions.listen, settings.nats_url.get_secret_value()),
            "calls": proxy.calls.watch,
            "streams": proxy.streams.watch,
            "denials": partial(denials.run, settings.denials_seconds),
        }
        with draining.before_stopping():
            async with running(loops):
                # Otherwise the first callers of a new gateway would be refused. If security is down, it starts anyway.
                await asyncio.gather(keys.asked.wait(), permissions.asked.wait())
                yield
        await denials.send()
        await upstream.close()

    app = FastAPI(
        title="Ratebook gateway", version=VERSION, lifespan=lifespan, openapi_url=None, docs_url=None, redoc_url=None
    )
    install_problem_handlers(app)
    install_documents(app, documents)
    install_pages(app)
    services = {name: health.ServiceHealth(upstream, origin) for name, origin in settings.origins.items()}
    install_health(app, draining, health.needed(keys, permissions, services), health.useful(permissions, services))
    if settings.metrics_key is not None:
        lookups = {"gateway": measure(permissions, proxy, denials)}
        install_metrics(app, lookups, key=settings.metrics_key.get_secret_value())
    front = CallerAddresses(Front(proxy, check, app), settings.trusted_proxies)
    return RequestContext(Unexpected(front), "gateway", draining)


def _limits(settings: Settings) -> Limits:
    return Limits(
        max_body_bytes=settings.max_body_bytes,
        max_upstream_requests=settings.max_upstream_requests,
        max_abandoned_requests=settings.max_abandoned_requests,
        max_requests_at_once=settings.max_requests_at_once,
        requests_per_second=settings.requests_per_second,
        burst=settings.burst,
        failures=settings.failures,
        pause_seconds=settings.pause_seconds,
        inactivity_seconds=settings.inactivity_timeout_seconds,
        slowest_bytes_per_second=settings.slowest_bytes_per_second,
        slow_seconds=settings.slow_seconds,
    )
