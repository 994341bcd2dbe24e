"""The shape of every refusal: a stable code, an HTTP status, a sentence, and the places at fault."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True)
class Fault:
    """One place at fault in a request.

    `pointer` is a JSON pointer (RFC 6901) into the body, or a place in a file such as `line 7, column served_zip`.
    `kind` is the fault without its place and value, by which faults are counted when there are too many to name.
    """

    pointer: str
    detail: str
    kind: str = ""

    @property
    def shown_kind(self) -> str:
        return self.kind or self.detail


class DomainError(Exception):
    """A refusal that the caller can understand and act on. Subclasses are named for what happened.

    Each subclass sets `code` and `status`; its docstring is the explanation in docs/errors.md. `retry_after_seconds` is
    set when the same request may succeed later, and is sent as `Retry-After`. In the problem document (RFC 9457),
    `faults` become `errors` and `members` become additional members.
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
    """The body or a parameter is invalid. `errors` lists each field and what is wrong with it."""

    code = "INVALID_INPUT"
    status = 422


class ImportRefused(DomainError):
    """The file has errors and nothing was imported.

    `errors` lists each line and column, up to 200; `more` counts the others by kind. Correct them and import again.
    """

    code = "IMPORT_REFUSED"
    status = 422


class RecordTaken(DomainError):
    """A record with this key already exists. Change that record, or choose another key."""

    code = "RECORD_TAKEN"
    status = 409


class RecordFaulty(DomainError):
    """The record cannot be saved. `errors` lists each field and what is wrong with it."""

    code = "RECORD_FAULTY"
    status = 422


class NotFound(DomainError):
    """What you asked for does not exist, or is outside the branches, customers and companies that you may see."""

    code = "NOT_FOUND"
    status = 404


class Unauthenticated(DomainError):
    """The request carries no valid identity. Log in and send the access token."""

    code = "UNAUTHENTICATED"
    status = 401


class Forbidden(DomainError):
    """You are logged in, but none of your groups grants the feature at the level that this needs.

    Ask an administrator.
    """

    code = "FORBIDDEN"
    status = 403


class VersionMissing(DomainError):
    """A change must say which version it is based on. Send the ETag that you read as `If-Match`."""

    code = "VERSION_MISSING"
    status = 428


class VersionStale(DomainError):
    """Someone changed this after you read it. Compare your change with `current`, then repeat it.

    `current` is what it is now and `current_version` its version, if you may read it. `changed_by` and `changed_at` are
    those of the last command to it, if the audit still has that among its latest 2,000.
    """

    code = "VERSION_STALE"
    status = 412


class IdempotencyKeyMissing(DomainError):
    """A command that moves money needs an `Idempotency-Key` header, so that a retry cannot run it twice. Send one."""

    code = "IDEMPOTENCY_KEY_MISSING"
    status = 400


class IdempotencyKeyReused(DomainError):
    """This `Idempotency-Key` was already used with another body. Use a new key for each new command."""

    code = "IDEMPOTENCY_KEY_REUSED"
    status = 422


class CommandInFlight(DomainError):
    """The same command with the same `Idempotency-Key` is still running. Send it again shortly to get its answer."""

    code = "COMMAND_IN_FLIGHT"
    status = 409
    retry_after_seconds = 1


class TryAgain(DomainError):
    """The database was too busy with competing changes. Nothing was done; try again."""

    code = "TRY_AGAIN"
    status = 503
    retry_after_seconds = 1


class DatabaseAway(DomainError):
    """The connection to the database was lost, and it is unknown whether the request was carried out.

    Check, or send it again with the same `Idempotency-Key`.
    """

    code = "DATABASE_AWAY"
    status = 503
    retry_after_seconds = 2


class TooManyRows(DomainError):
    """More rows match than one file may have. Add filters, such as a month or a customer, and get several files.

    Or ask for the whole list as a report (`POST reports`): a job writes it to a file of any length.
    """

    code = "TOO_MANY_ROWS"
    status = 422


class TooManyReports(DomainError):
    """Too many of your reports are not finished yet. Wait until one is, or delete one."""

    code = "TOO_MANY_REPORTS"
    status = 409


class TookTooLong(DomainError):
    """The database did not finish in time, so the request was ended and nothing was done.

    Ask for less at once: a shorter period or more filters.
    """

    code = "TOOK_TOO_LONG"
    status = 503


class FileProcessEnded(DomainError):
    """The process that read or made the file ended, perhaps for lack of memory, and nothing was done.

    Try again, or with less at once.
    """

    code = "FILE_PROCESS_ENDED"
    status = 503
    retry_after_seconds = 1


class DocumentFailed(DomainError):
    """The document cannot be drawn as PDF. `detail` says why: correct it, choose less at once, or ask for CSV."""

    code = "DOCUMENT_FAILED"
    status = 422

    def __init__(self, detail: str, *, passing: bool = False):
        super().__init__(detail)
        self.passing = passing
        """Whether the same document may succeed later: it took too long, or its process ended."""


class DeadLetterStuck(DomainError):
    """The message could not be handled this time either, and nothing has changed.

    `detail` says why. Correct the cause, and replay it again.
    """

    code = "DEAD_LETTER_STUCK"
    status = 409
