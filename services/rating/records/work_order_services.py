"""Owns the services of an order: who was to be served, where, what was tried, and how it ended."""

import re
from collections.abc import Sequence
from typing import Annotated, Any, Literal

from annotated_types import Interval, MaxLen
from pydantic import BeforeValidator, StringConstraints

from shared.values.columns import (
    AS_DOCUMENT,
    AS_KEY,
    AS_WORDS,
    CodeOrNone,
    FilledWords,
    MomentOrNone,
    Number,
    Record,
    Words,
)
from shared.values.dates import Moment
from shared.values.text import CodeText, Line, LongZipText

PartyKind = Literal["person", "company"]
ServiceOutcome = Literal["open", "served", "not_served", "cancelled"]
MOST_SERVICES = 100
MOST_ATTEMPTS = 20
_PARTS = ("at", "place", "note", "server")
# A separator that belongs to the text has a backslash before it.
_NEXT_ATTEMPT, _NEXT_PART = re.compile(r"(?<!\\);"), re.compile(r"(?<!\\)\|")


def _quoted(text: str) -> str:
    return text.replace(";", r"\;").replace("|", r"\|")


def _unquoted(text: str) -> str:
    return text.replace(r"\;", ";").replace(r"\|", "|").strip()


class ServiceAttempt(Record):
    """One attempt to serve the papers. A time without a zone is the local time of the branch."""

    at: Moment
    place: Line = ""
    note: Line = ""
    server: CodeText | None = None

    def __str__(self) -> str:
        parts = (f"{self.at:%Y-%m-%dT%H:%M:%S%z}", _quoted(self.place), _quoted(self.note), self.server or "")
        return " | ".join(parts).rstrip(" |")


def read_attempts(value: Any) -> Any:
    """Reads `2026-11-02 14:30 | front door | nobody home | S101; 2026-11-03 09:00` as a list of attempts."""
    if not isinstance(value, str):
        return value
    attempts = []
    for cell in filter(str.strip, _NEXT_ATTEMPT.split(value)):
        parts = [_unquoted(part) for part in _NEXT_PART.split(cell)]
        if len(parts) > len(_PARTS):
            raise ValueError("an attempt is its time, place, note and server, separated by |")
        attempts.append({name: part for name, part in zip(_PARTS, parts, strict=False) if part})
    return attempts


class Service(Record):
    """A person or company to be served, with the address, the attempts, and the outcome.

    Times without a zone are the local time of the branch.
    """

    party: FilledWords
    """The name of the person or company to be served."""
    kind: Annotated[PartyKind, AS_WORDS] = "person"
    street: FilledWords
    city: FilledWords
    state: Annotated[str, StringConstraints(strip_whitespace=True, to_upper=True, pattern=r"^[A-Za-z]{2}$"), AS_KEY]
    """The state as two letters, such as `TX`."""
    zip: Annotated[LongZipText, AS_KEY]
    server: CodeOrNone = None
    """The server, who is a field agent."""
    outcome: Annotated[ServiceOutcome, AS_WORDS] = "open"
    served_at: MomentOrNone = None
    """When the papers were handed over; only with the outcome `served`, and required for it."""
    manner: Words = ""
    """How they were served, such as `personal` or `posted`."""
    received_by: Words = ""
    """The person who took the papers."""
    documents: Words = ""
    """The papers, if they are not those of the order."""
    attempts: Annotated[
        Sequence[ServiceAttempt], BeforeValidator(read_attempts), MaxLen(MOST_ATTEMPTS), AS_DOCUMENT
    ] = ()
    """In a file: `2026-11-02 14:30 | front door | nobody home | S101`, separated by semicolons."""


class ServiceRow(Service):
    """A service as a row of a file, with its order and its place there."""

    work_order: Number
    service: Annotated[int, Interval(ge=1, le=MOST_SERVICES)]
    """Its place among the services of the order, from 1."""


Services = Annotated[Sequence[Service], MaxLen(MOST_SERVICES)]
