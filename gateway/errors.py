"""The refusals of the gateway, and how they are answered; refusals of the services pass through unchanged."""

import asyncio
from collections.abc import Iterable
from contextlib import suppress

from starlette.types import Receive, Scope, Send

from shared.errors import DomainError, Unauthenticated
from shared.http.problems import refusal

# The body of a refused request up to this size is skipped. For a larger one, the gateway keeps reading for a moment
# before it closes the connection, because closing with unread data would lose the refusal.
_SKIPPED_BYTES = 64 * 1024
_LINGER_SECONDS = 2.0


class AmbiguousPath(DomainError):
    """The path or query is ambiguous (`//`, `..`, an encoded slash or dot, control bytes). Send it in its plain form.

    If the gateway read a path differently from the service, it would decide about the wrong operation.
    """

    code = "AMBIGUOUS_PATH"
    status = 400


class TargetTooLong(DomainError):
    """The path and query together are too long. Send a shorter URL, for example with fewer filters."""

    code = "TARGET_TOO_LONG"
    status = 414


class HeadersRefused(DomainError):
    """The headers of the request contradict each other or HTTP, for example two lengths or an invalid Host.

    Correct them.
    """

    code = "HEADERS_REFUSED"
    status = 400


class HeadersTooLarge(DomainError):
    """The request has too many headers, or they are too long. Send fewer or shorter ones."""

    code = "HEADERS_TOO_LARGE"
    status = 431


class CsrfRefused(DomainError):
    """The request has a browser's cookies, but not the header that only a page of this host can send.

    Read the cookie `__Host-ratebook-csrf` and send its value as `Ratebook-CSRF` with every POST, PUT, PATCH and DELETE.
    """

    code = "CSRF_REFUSED"
    status = 403


class MethodNotAllowed(DomainError):
    """The path exists, but not with this method. The `Allow` header lists the methods that it has."""

    code = "METHOD_NOT_ALLOWED"
    status = 405

    def __init__(self, detail: str, allowed: Iterable[str]):
        super().__init__(detail)
        self.allowed = tuple(allowed)


class BodyTooLarge(DomainError):
    """The body is too large. Send less at a time."""

    code = "BODY_TOO_LARGE"
    status = 413


class BodyStalled(DomainError):
    """The rest of the body did not arrive in time, or arrived too slowly, and nothing was kept. Send the request again."""

    code = "BODY_STALLED"
    status = 408


class TooManyAbandoned(DomainError):
    """You left too many requests before their answers, and services still work on them.

    Wait for those to end.
    """

    code = "TOO_MANY_ABANDONED"
    status = 429
    retry_after_seconds = 2


class TooManyRequests(DomainError):
    """You are sending requests faster than one caller may. Wait for the seconds in `Retry-After`."""

    code = "TOO_MANY_REQUESTS"
    status = 429
    # At least; each refusal says how long.
    retry_after_seconds = 1

    def __init__(self, detail: str, retry_after_seconds: int):
        super().__init__(detail)
        self.retry_after_seconds = retry_after_seconds


class TooManyAtOnce(DomainError):
    """Too many of your requests are in progress at once, including open event streams. Wait for one to end."""

    code = "TOO_MANY_AT_ONCE"
    status = 429
    retry_after_seconds = 1


class PermissionsStale(DomainError):
    """The gateway has not reached the security service for a minute, and does not decide by outdated permissions.

    It keeps trying; try again shortly.
    """

    code = "PERMISSIONS_STALE"
    status = 503
    retry_after_seconds = 2


class UpstreamBusy(DomainError):
    """The service behind the gateway already has as many requests in progress as allowed. Try again shortly."""

    code = "UPSTREAM_BUSY"
    status = 503
    retry_after_seconds = 2


class UpstreamUnreachable(DomainError):
    """The service behind the gateway does not accept connections, usually because it is restarting.

    It did not receive the request. Try again after the seconds in `Retry-After`. After several failures in a row the
    gateway tries the service only once a second until it is back.
    """

    code = "UPSTREAM_UNREACHABLE"
    status = 503
    retry_after_seconds = 2


class UpstreamFailed(DomainError):
    """The connection to the service was lost before it answered, or its answer was not valid HTTP.

    It is unknown whether the request was carried out. Check, or send it again with the same `Idempotency-Key`.
    """

    code = "UPSTREAM_FAILED"
    status = 502


class UpstreamTimeout(DomainError):
    """The service did not answer in time, and it is unknown whether the request was carried out.

    Check, or send it again with the same `Idempotency-Key`.
    """

    code = "UPSTREAM_TIMEOUT"
    status = 504


async def refuse(error: DomainError, scope: Scope, receive: Receive, send: Send) -> None:
    """Answers a refusal. A large body is read and dropped for a moment before the connection is closed.

    A body that stalled is not waited for.
    """
    answer = refusal(error)
    if isinstance(error, Unauthenticated):
        answer.headers["www-authenticate"] = "Bearer"
    elif isinstance(error, MethodNotAllowed):
        answer.headers["allow"] = ", ".join(error.allowed)
    if isinstance(error, BodyStalled):
        # The rest would arrive just as slowly.
        answer.headers["connection"] = "close"
        await answer(scope, receive, send)
        return
    if not _has_large_body(scope):
        await answer(scope, receive, send)
        return
    answer.headers["connection"] = "close"
    await send({"type": "http.response.start", "status": answer.status_code, "headers": answer.raw_headers})
    await send({"type": "http.response.body", "body": answer.body, "more_body": True})
    with suppress(TimeoutError):
        async with asyncio.timeout(_LINGER_SECONDS):
            while (await receive()).get("more_body", False):
                pass
    await send({"type": "http.response.body", "body": b"", "more_body": False})


def _has_large_body(scope: Scope) -> bool:
    """Whether the request may have a body too large to skip; an unclear length counts as large."""
    lengths = [value for name, value in scope["headers"] if name in {b"content-length", b"transfer-encoding"}]
    match lengths:
        case []:
            return False
        case [value]:
            return not value.isdigit() or len(value) > 18 or int(value) > _SKIPPED_BYTES
        case _:
            return True
