"""Admitting a request: which operation it is for, who is calling, and whether they may."""

import time
from typing import NamedTuple

from gateway.auth import Identities, Session, Tokens
from gateway.calls import note
from gateway.cookies import Shown, cookie_for, require_own_page
from gateway.denials import Denials
from gateway.errors import CsrfRefused
from gateway.permissions import Permissions
from gateway.routes import Route, RouteTable
from gateway.rules.decisions import PUBLIC, Decision, decide
from gateway.rules.paths import check_target, path_segments
from shared.errors import DomainError, Forbidden, Unauthenticated


class Admitted(NamedTuple):
    """A request that may pass, with its `path` at the route's service. Public operations have no session or identity.

    `cookie` is the Cookie header to forward, for the few operations that read cookies themselves.
    """

    route: Route
    path: str
    session: Session | None = None
    identity: str | None = None
    cookie: str | None = None


class Admission:
    """Decides about requests by the route table, the caller's token and the current permission table."""

    def __init__(
        self, routes: RouteTable, tokens: Tokens, identities: Identities, permissions: Permissions, denials: Denials
    ):
        self._routes = routes
        self._tokens = tokens
        self._identities = identities
        self._permissions = permissions
        self._denials = denials

    def find(self, method: str, raw_path: bytes, query: bytes) -> tuple[Route, str]:
        """The operation that a request is for, and its path at the service.

        Raises TargetTooLong, AmbiguousPath, NotFound or MethodNotAllowed.
        """
        check_target(raw_path, query)
        plain = self._routes.plain(method, raw_path)
        if plain is not None:
            return plain, plain.template
        return self._routes.match(method, path_segments(raw_path))

    async def admit(self, route: Route, path: str, shown: Shown, address: str) -> Admitted:
        """Admits the request if the caller may send it. Every decision is logged, every denial counted.

        Raises PermissionsStale, Unauthenticated, Forbidden, CsrfRefused or HeadersRefused.
        """
        if route.access.kind == "public":
            try:
                cookie = cookie_for(route, shown)
            except CsrfRefused as error:
                self._denied(route, "unknown", Decision("forbidden", error.detail), address, error)
                raise
            note(route, address, PUBLIC)
            return Admitted(route, path, cookie=cookie)
        self._permissions.current()
        now = time.time()
        try:
            authorization, by_cookie = shown.bearer()
            session = await self._tokens.check(authorization, now)
        except Unauthenticated as error:
            self._denied(route, "unknown", Decision("unauthenticated", error.detail), address, error)
            raise
        subject = session.caller.subject
        if by_cookie:
            try:
                require_own_page(route, session.csrf, shown)
            except CsrfRefused as error:
                self._denied(route, subject, Decision("forbidden", error.detail), address, error)
                raise
        # Read again, because checking the token may have taken a while.
        table = self._permissions.current()
        decision = decide(route, session.caller, table)
        if decision.result == "pass" and decision.user is not None:
            note(route, subject, decision)
            identity = self._identities.sign(session, decision.user, route.service, table.epoch, now)
            return Admitted(route, path, session, identity)
        refused = _refusal(route, decision)
        self._denied(route, subject, decision, address, refused)
        raise refused

    def _denied(self, route: Route, subject: str, decision: Decision, address: str, refused: DomainError) -> None:
        """Logs and counts a denial."""
        note(route, subject, decision)
        name = decision.user.name if decision.user is not None else ""
        self._denials.count(route, subject, name, address, refused.status, decision.reason)


def _refusal(route: Route, decision: Decision) -> Forbidden | Unauthenticated:
    if decision.result != "forbidden":
        return Unauthenticated("Your account is not active. Ask an administrator.")
    access = route.access
    return Forbidden(
        f"This needs {access.feature} at level {access.level.word}, which none of your groups grants. "
        "Ask an administrator."
    )
