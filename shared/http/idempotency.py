"""Idempotent commands: the answer is kept in the command's own transaction and returned if the command is repeated."""

import hashlib
import json
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated

from fastapi import Header, Request
from fastapi.responses import Response
from sqlalchemy.ext.asyncio import AsyncSession

from shared.database.statements import execute, fetch_one, try_turn
from shared.errors import CommandInFlight, Fault, IdempotencyKeyReused, InvalidInput
from shared.http.files import LARGEST_FILE_BYTES, whole_file
from shared.http.headers import DEMANDED, AnswerHeader

KEPT = timedelta(days=7)
_LONGEST_KEY = 200
_KEPT_HEADERS = ("content-type", "etag", "location")
_REPLAYED = "idempotency-replayed"
REPLAYED = AnswerHeader(_REPLAYED, "`true` if the command was carried out before, and this is its answer again.")


@dataclass(frozen=True)
class Command:
    """One command: its sender, route and key, and a fingerprint of its target and body."""

    principal: str
    route: str
    key: str
    fingerprint: bytes


@dataclass(frozen=True)
class _Kept:
    fingerprint: bytes
    status: int
    headers: dict[str, str]
    body: bytes


_KEY = "A key of your choice, new for each command. The same key and body get the same answer."


def demanded_key(
    idempotency_key: Annotated[str | None, Header(description=_KEY, json_schema_extra=DEMANDED)] = None,
) -> None:
    """Describes the header in OpenAPI where it is required; `read_command` reads it."""


def taken_key(idempotency_key: Annotated[str | None, Header(description=_KEY)] = None) -> None:
    """Describes the header in OpenAPI where it may be left out; `read_command` reads it."""


async def read_command(request: Request, principal: str, route: str, *, reads_file: bool = False) -> Command | None:
    """The command in `request`, or None without a key; raises InvalidInput for one that is too long.

    A file that is too large makes no command either: its operation refuses it.
    """
    key = request.headers.get("idempotency-key", "").strip()
    if not key:
        return None
    if len(key) > _LONGEST_KEY:
        raise InvalidInput(
            f"An Idempotency-Key has at most {_LONGEST_KEY} characters.",
            faults=[Fault("header Idempotency-Key", f"must have at most {_LONGEST_KEY} characters")],
        )
    body = await whole_file(request, LARGEST_FILE_BYTES) if reads_file else await request.body()
    if body is None:
        return None
    fingerprint = hashlib.sha256(f"{request.url.path}?{request.url.query}\0".encode())
    fingerprint.update(body)
    return Command(principal, route, key, fingerprint.digest())


async def begin(session: AsyncSession, command: Command) -> Response | None:
    """Returns the answer kept for `command`, or None when it is new; this transaction then holds its key.

    Raises IdempotencyKeyReused for another body, and CommandInFlight while the first one is running. That takes a lock:
    an insert alone would wait for the first one to finish.
    """
    if not await try_turn(session, f"{command.principal}\x1f{command.route}\x1f{command.key}"):
        raise CommandInFlight("This command is still running. Send it again in a moment to get its answer.")
    kept = await fetch_one(
        session,
        _Kept,
        """
        SELECT fingerprint, status, headers, body FROM idempotency_key
        WHERE principal = :principal AND route = :route AND key = :key
        """,
        principal=command.principal,
        route=command.route,
        key=command.key,
    )
    if kept is None:
        return None
    if kept.fingerprint != command.fingerprint:
        raise IdempotencyKeyReused(
            "This Idempotency-Key was already used with another body, and nothing was done. Use a new key."
        )
    return Response(kept.body, kept.status, {**kept.headers, _REPLAYED: "true"})


async def keep(session: AsyncSession, command: Command, answer: Response) -> None:
    """Keeps the answer of a successful command in the command's own transaction."""
    if answer.status_code >= 400:
        return
    headers = {name: answer.headers[name] for name in _KEPT_HEADERS if name in answer.headers}
    await execute(
        session,
        """
        INSERT INTO idempotency_key (principal, route, key, fingerprint, status, headers, body)
        VALUES (:principal, :route, :key, :fingerprint, :status, CAST(:headers AS jsonb), :body)
        """,
        principal=command.principal,
        route=command.route,
        key=command.key,
        fingerprint=command.fingerprint,
        status=answer.status_code,
        headers=json.dumps(headers),
        body=bytes(answer.body),
    )


async def prune(session: AsyncSession, limit: int) -> int:
    """Deletes at most `limit` answers that are too old to be asked for, and returns how many."""
    return await execute(
        session,
        """
        DELETE FROM idempotency_key WHERE (principal, route, key) IN (
            SELECT principal, route, key FROM idempotency_key WHERE created_at < now() - CAST(:kept AS interval)
            ORDER BY created_at LIMIT :limit)
        """,
        kept=KEPT,
        limit=limit,
    )
