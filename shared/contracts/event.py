"""The base of all events: names derived from the class, and the CloudEvents 1.0 envelope."""

import json
import re
from datetime import datetime
from typing import ClassVar, Generic, Literal, TypeVar
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

STREAM = "RATEBOOK"
SUBJECTS = "ratebook.v1.>"
MARKS = "ratebook.relay.v1.*"
"""Where each service's relay leaves its mark, by which it knows the stream again."""


class Part(BaseModel):
    """A part of an event's data. Readers ignore fields that they do not know, so fields can be added."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class Event(Part):
    """The data of one kind of event. The class name gives the event's name, and the event's name gives the rest.

    Example: rating's `WorkOrderRated` has the name `work-order-rated`, the subject
    `ratebook.v1.rating.work-order-rated` and the durable consumer `receivables-work-order-rated` in receivables.
    """

    service: ClassVar[str]

    @classmethod
    def event_name(cls) -> str:
        return re.sub(r"(?<!^)(?=[A-Z])", "-", cls.__name__).lower()

    @classmethod
    def subject(cls) -> str:
        return f"ratebook.v1.{cls.service}.{cls.event_name()}"

    @classmethod
    def durable(cls, consuming_service: str) -> str:
        return f"{consuming_service}-{cls.event_name()}"


EventT = TypeVar("EventT", bound=Event)


class Envelope(BaseModel, Generic[EventT]):
    """A CloudEvents 1.0 envelope in structured JSON mode, as a consumer reads it."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    specversion: Literal["1.0"]
    id: UUID
    source: str
    type: str
    time: datetime
    datacontenttype: Literal["application/json"] = "application/json"
    incarnation: UUID | None = None
    """The life of the database that published it. Events that were published before there were any have none."""
    data: EventT


class Stamp(BaseModel):
    """What an envelope says about where it comes from; its data is not read."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    id: UUID
    incarnation: UUID


def envelope_bytes(
    event_id: UUID, service: str, event_name: str, time: datetime, data: str, incarnation: UUID | None = None
) -> bytes:
    """Wraps `data` in an envelope, with the incarnation of the database as an extension attribute.

    `data` is JSON text and goes in as it is: PostgreSQL made it, and it may be large.
    """
    head = json.dumps(
        {
            "specversion": "1.0",
            "id": str(event_id),
            "source": f"ratebook/{service}",
            "type": f"ratebook.v1.{service}.{event_name}",
            "time": time.isoformat(),
            "datacontenttype": "application/json",
            **({} if incarnation is None else {"incarnation": str(incarnation)}),
        }
    )
    return f'{head[:-1]}, "data": {data}}}'.encode()


Month = Field(pattern=r"^[0-9]{4}-(0[1-9]|1[0-2])$", description="An accounting month, YYYY-MM.")
