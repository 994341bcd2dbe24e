"""Owns work orders as people enter them: each field is said here, once."""

from collections.abc import Sequence
from typing import Annotated, Literal

from annotated_types import MaxLen
from pydantic import BeforeValidator, Field, TypeAdapter, ValidationInfo, WithJsonSchema

from services.rating.records.charges import Servers
from shared.values.columns import (
    AS_CODES,
    AS_KEY,
    AS_WORDS,
    Code,
    CodeOrNone,
    CountedOrNone,
    LongZipOrNone,
    Number,
    Record,
    Words,
)
from shared.values.dates import Day
from shared.values.text import SPLIT, CodeText, Line, NumberText, YesNo

OrderStyle = Literal["process", "court", "messenger"]
FieldStatus = Literal["in_field", "served", "not_served", "cancelled"]


class OrderHead(Record):
    """Which job it is, for whom, and what became of it in the field."""

    number: Number
    style: Annotated[OrderStyle, AS_WORDS] = "process"
    branch: Code
    customer: Number
    bill_to: Number
    priority: Code
    job_type: Code
    region: CodeOrNone = None
    """If left out, the region that holds the served ZIP."""
    served_zip: LongZipOrNone = None
    from_zip: LongZipOrNone = None
    """Where it was picked up, for rates by zone."""
    service_on: Day
    field_status: Annotated[FieldStatus, AS_WORDS] = "in_field"
    pod_received: YesNo = False
    triggers: Annotated[Sequence[CodeText], SPLIT, AS_CODES] = ()
    """Bill types of kind `flag`; in CSV separated by semicolons."""
    reference: Words = ""
    matter: Annotated[Line, AS_KEY] = ""
    attorney: Annotated[Line, AS_KEY] = ""


class ProofOfDelivery(Record):
    """The quantities that the proof of delivery reports; None means not reported. Each can give a line its quantity."""

    miles: CountedOrNone = None
    waiting_minutes: CountedOrNone = None
    weight: CountedOrNone = None
    pieces: CountedOrNone = None
    attempts: CountedOrNone = None
    pages: CountedOrNone = None
    servees: CountedOrNone = None
    parcels: CountedOrNone = None
    hours: CountedOrNone = None
    persons: CountedOrNone = None
    value: CountedOrNone = None
    """Money collected on an execution, or declared for a package."""
    fee_advances: CountedOrNone = None
    """Money laid out for the client."""


QUANTITY_SOURCES = tuple(ProofOfDelivery.model_fields)
ONE = "one"
"""The quantity source of a line that is charged once."""
QuantitySource = Annotated[str, MaxLen(30)]
"""The name of a quantity in the proof of delivery, or `one`; which names there are follows from its fields."""


class OrderEntry(ProofOfDelivery, OrderHead):
    """What people say of an order, and what is kept of that; rating adds the rest."""

    servers: Servers = ()
    """Who did the job; in CSV `S1`, or `S1: 60; S2: 40`."""


def _customer_if_left_out(bill_to: object, info: ValidationInfo) -> object:
    # A faulty customer is refused by itself; it does not make the bill-to faulty as well.
    return info.data.get("customer", "0") if bill_to is None else bill_to


class EnteredOrder(OrderEntry):
    """An order as it is entered: one JSON object, or one row of a CSV or XLSX file with these columns."""

    bill_to: Annotated[
        Number,
        BeforeValidator(_customer_if_left_out),
        WithJsonSchema(TypeAdapter(NumberText | None).json_schema()),
    ] = Field(default=None, validate_default=True)
    """The ordering customer, if left out."""
