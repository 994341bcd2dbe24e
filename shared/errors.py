"""Owns the shape of every refusal: a stable code, an HTTP status, a sentence, and where the fault lies."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True)
class Fault:
    """One faulty place in what was sent.

    `pointer` is a JSON pointer (RFC 6901) into the body, or `line 7, column served_zip` for a table.
    """

    pointer: str
    detail: str


class DomainError(Exception):
    """A refusal that the caller can understand and act on; subclasses are named for what happened.

    `code` and `status` are fixed by the subclass, whose docstring explains it in docs/errors.md.
    `retry_after_seconds` is set where the same request may succeed later: the answer says so in `Retry-After`.
    `faults` become `errors` and `members` become further members of the problem document (RFC 9457).
    """

    code: ClassVar[str]
    status: ClassVar[int]
    retry_after_seconds: int | None = None

    def __init__(self, detail: str, *, faults: Sequence[Fault] = (), members: Mapping[str, object] | None = None):
        super().__init__(detail)
        self.detail = detail
        self.faults = tuple(faults)
        self.members = dict(members or {})


class InvalidInput(DomainError):
    """The body or a parameter does not fit its description; `errors` names each faulty place."""

    code = "INVALID_INPUT"
    status = 422


class ImportRefused(DomainError):
    """A table to import has faulty rows; nothing was loaded, and `errors` names every faulty place."""

    code = "IMPORT_REFUSED"
    status = 422


class RecordTaken(DomainError):
    """There is a record with this key already: change it, or choose another key."""

    code = "RECORD_TAKEN"
    status = 409


class RecordFaulty(DomainError):
    """A record cannot be saved as it was sent; `errors` names each field and what is wrong with it."""

    code = "RECORD_FAULTY"
    status = 422


class NotFound(DomainError):
    """There is no such thing, or it lies outside the branches and customers that you may see."""

    code = "NOT_FOUND"
    status = 404


class Unauthenticated(DomainError):
    """No valid identity came with the request: log in and send the access token."""

    code = "UNAUTHENTICATED"
    status = 401


class Forbidden(DomainError):
    """You are known, but none of your groups gives the feature at the level that this needs."""

    code = "FORBIDDEN"
    status = 403


class VersionMissing(DomainError):
    """A change must say which version it changes: send the ETag you read as `If-Match`."""

    code = "VERSION_MISSING"
    status = 428


class VersionStale(DomainError):
    """Somebody changed this after you read it: read it again, then repeat your change."""

    code = "VERSION_STALE"
    status = 412


class IdempotencyKeyMissing(DomainError):
    """A command that moves money needs an `Idempotency-Key` header, so that a retry cannot double it."""

    code = "IDEMPOTENCY_KEY_MISSING"
    status = 400


class IdempotencyKeyReused(DomainError):
    """This `Idempotency-Key` was already used with another body: use a new key for a new command."""

    code = "IDEMPOTENCY_KEY_REUSED"
    status = 422


class CommandInFlight(DomainError):
    """The same command with the same `Idempotency-Key` is being carried out right now: ask again shortly."""

    code = "COMMAND_IN_FLIGHT"
    status = 409
    retry_after_seconds = 1


class TryAgain(DomainError):
    """The database was too busy with competing changes; nothing was done, and a retry is safe."""

    code = "TRY_AGAIN"
    status = 503
    retry_after_seconds = 1


class DatabaseAway(DomainError):
    """The database broke off before it answered. Whether it did what was asked is unknown.

    Look, or repeat with the same `Idempotency-Key`.
    """

    code = "DATABASE_AWAY"
    status = 503
    retry_after_seconds = 2
