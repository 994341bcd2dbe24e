"""Owns what the gateway refuses, why, and how it says so; services' own refusals pass through as they came."""

import asyncio
from collections.abc import Iterable
from contextlib import suppress

from starlette.types import Receive, Scope, Send

from shared.errors import DomainError, Unauthenticated
from shared.http.problems import refusal

# A refused body up to this size is passed over; of a larger one the rest is read for a moment before the connection is
# closed, because closing on unread data would swallow the refusal.
_PASSED_OVER_BYTES = 64 * 1024
_LINGER_SECONDS = 2.0


class AmbiguousPath(DomainError):
    """The path or query could be read in two ways (`//`, `..`, an encoded slash or dot, control bytes): send it plain.

    A gateway that reads a path differently from the service behind it would decide about the wrong operation.
    """

    code = "AMBIGUOUS_PATH"
    status = 400


class TargetTooLong(DomainError):
    """Path and query together are longer than the gateway carries."""

    code = "TARGET_TOO_LONG"
    status = 414


class HeadersRefused(DomainError):
    """The request's headers contradict each other or HTTP: two lengths, another transfer coding, a bad Host."""

    code = "HEADERS_REFUSED"
    status = 400


class HeadersTooLarge(DomainError):
    """The request has more headers, or longer ones, than the gateway carries."""

    code = "HEADERS_TOO_LARGE"
    status = 431


class CsrfRefused(DomainError):
    """The request came with a browser's cookies but without the header that only a page of this host can send.

    Read the cookie `__Host-ratebook-csrf` and send its value as `Ratebook-CSRF` with every POST, PUT, PATCH and DELETE.
    """

    code = "CSRF_REFUSED"
    status = 403


class MethodNotAllowed(DomainError):
    """The path exists, but not with this method; the `Allow` header names those that it has."""

    code = "METHOD_NOT_ALLOWED"
    status = 405

    def __init__(self, detail: str, allowed: Iterable[str]):
        super().__init__(detail)
        self.allowed = tuple(allowed)


class BodyTooLarge(DomainError):
    """The body is larger than the gateway takes: send less at a time."""

    code = "BODY_TOO_LARGE"
    status = 413


class BodyStalled(DomainError):
    """The rest of the body did not come in time; nothing of it was kept. Send the request again."""

    code = "BODY_STALLED"
    status = 408


class TooManyAbandoned(DomainError):
    """You left too many requests before their answers, and the services still work on them: wait for those to end."""

    code = "TOO_MANY_ABANDONED"
    status = 429
    retry_after_seconds = 2


class TooManyRequests(DomainError):
    """You send requests faster than the gateway takes them from one caller: wait as long as `Retry-After` says."""

    code = "TOO_MANY_REQUESTS"
    status = 429

    def __init__(self, detail: str, retry_after_seconds: int):
        super().__init__(detail)
        self.retry_after_seconds = retry_after_seconds


class TooManyAtOnce(DomainError):
    """So many of your requests are in work, open event streams included, that another has to wait for one to end."""

    code = "TOO_MANY_AT_ONCE"
    status = 429
    retry_after_seconds = 1


class PermissionsStale(DomainError):
    """The gateway has not heard from the security service for a minute and decides nothing on old permissions.

    It asks again by itself; try again shortly.
    """

    code = "PERMISSIONS_STALE"
    status = 503
    retry_after_seconds = 2


class UpstreamBusy(DomainError):
    """The service behind the gateway has as many requests in work as the gateway allows it: try again shortly."""

    code = "UPSTREAM_BUSY"
    status = 503
    retry_after_seconds = 2


class UpstreamUnreachable(DomainError):
    """The service behind the gateway does not take connections, mostly because it is being started anew.

    It did not see the request: try again, after the seconds that `Retry-After` says. After several failures in a row
    the gateway asks it only once a second whether it is back.
    """

    code = "UPSTREAM_UNREACHABLE"
    status = 503
    retry_after_seconds = 2


class UpstreamFailed(DomainError):
    """The service broke off before it answered, or answered something that is not HTTP.

    Whether it did what was asked is unknown: look, or repeat with the same `Idempotency-Key`.
    """

    code = "UPSTREAM_FAILED"
    status = 502


class UpstreamTimeout(DomainError):
    """The service did not answer in time. Whether it did what was asked is unknown.

    Look, or repeat with the same `Idempotency-Key`.
    """

    code = "UPSTREAM_TIMEOUT"
    status = 504


async def refuse(error: DomainError, scope: Scope, receive: Receive, send: Send) -> None:
    """Answers a refusal. A large body that nobody will read is read away for a moment, then the connection closes."""
    answer = refusal(error)
    if isinstance(error, Unauthenticated):
        answer.headers["www-authenticate"] = "Bearer"
    elif isinstance(error, MethodNotAllowed):
        answer.headers["allow"] = ", ".join(error.allowed)
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
    """Whether a body may still be on its way that is too large to be passed over; doubtful lengths count as large."""
    lengths = [value for name, value in scope["headers"] if name in {b"content-length", b"transfer-encoding"}]
    match lengths:
        case []:
            return False
        case [value]:
            return not value.isdigit() or len(value) > 18 or int(value) > _PASSED_OVER_BYTES
        case _:
            return True
