"""What a service says about its own state: asked by the gateway, which puts the answers of all services together."""

from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field

from shared.access.declared import SHARED_MODULE
from shared.process.recent import Taken

NOUN = "status"
FEATURE = f"{SHARED_MODULE}.status"


class Part(BaseModel):
    """Something that the process needs, and its state: `ok`, or a sentence about what is wrong."""

    model_config = ConfigDict(frozen=True)

    name: str = Field(description="`database`, `nats`, `loops`, or the name of a service.")
    state: str = Field(description="`ok`, or a sentence about what is wrong.")


class Latency(BaseModel):
    """How long the requests of the last five minutes took, in this process, until the head of the answer."""

    model_config = ConfigDict(frozen=True)

    requests: int = Field(description="How many requests there were.")
    p50_ms: float = Field(description="Half of them took at most so many milliseconds.")
    p99_ms: float = Field(description="99 of 100 took at most so many milliseconds.")

    @classmethod
    def of(cls, taken: Taken | None) -> "Latency | None":
        """The times that a process has counted; None without any request."""
        if taken is None:
            return None
        p50_ms, p99_ms = (round(seconds * 1000, 1) for seconds in (taken.p50_seconds, taken.p99_seconds))
        return cls(requests=taken.requests, p50_ms=p50_ms, p99_ms=p99_ms)


class Outbox(BaseModel):
    """The events that wait to be published."""

    model_config = ConfigDict(frozen=True)

    pending: int = Field(description="How many events wait to be published.")
    oldest_age_seconds: float = Field(description="The age of the oldest of them in seconds, 0 without any.")


class Latest(BaseModel):
    """The last run of a kind."""

    model_config = ConfigDict(frozen=True)

    kind: str = Field(description="`export` or `reconciliation`.")
    id: int
    status: str
    at: datetime = Field(description="When it was requested.")
    problems: int = Field(description="How many invoices were refused, or how many differences were found.")


class ServiceStatus(BaseModel):
    """The state of a service. What its database does not answer in time is null."""

    model_config = ConfigDict(frozen=True)

    service: str
    version: str = Field(description="The version of the process.")
    parts: list[Part] = Field(description="What the process needs.")
    latency: Latency | None = Field(description="How long requests took; null if there were none.")
    outbox: Outbox | None = Field(description="The events that wait to be published.")
    dead_letters: int | None = Field(description="How many messages could not be handled and wait for somebody.")
    latest: list[Latest] = Field(description="The last run of each kind.")
