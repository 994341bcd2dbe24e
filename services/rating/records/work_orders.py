"""Owns work orders as people enter them. Each field is declared here, once."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Literal

from annotated_types import MaxLen
from pydantic import BeforeValidator, Field, TypeAdapter, ValidationInfo, WithJsonSchema

from services.rating.records.charges import Servers
from services.rating.records.notation import NO_QUANTITIES, Quantities
from shared.values.columns import (
    AS_CODES,
    AS_KEY,
    AS_WORDS,
    Code,
    CodeOrNone,
    CountedOrNone,
    CountedWorthOrNone,
    DayOrNone,
    LongZipOrNone,
    Number,
    Record,
    Words,
)
from shared.values.dates import CalendarDate
from shared.values.names import plain
from shared.values.text import SPLIT, CodeText, Line, NumberText, YesNo

OrderStyle = Literal["process", "court", "messenger"]
FieldStatus = Literal["in_field", "served", "not_served", "cancelled"]


class OrderHead(Record):
    """The job, its customer, and the result of the field work."""

    number: Number
    style: Annotated[OrderStyle, AS_WORDS] = "process"
    branch: Code
    customer: Number
    bill_to: Number
    priority: Code
    job_type: Code
    region: CodeOrNone = None
    """If left out, the region that contains the served ZIP."""
    served_zip: LongZipOrNone = None
    from_zip: LongZipOrNone = None
    """The pickup ZIP, for rates by zone."""
    service_on: CalendarDate
    field_status: Annotated[FieldStatus, AS_WORDS] = "in_field"
    pod_received: YesNo = False
    triggers: Annotated[Sequence[CodeText], SPLIT, AS_CODES] = ()
    """Bill types of kind `flag`. In a file they are separated by semicolons."""
    reference: Words = ""
    matter: Annotated[Line, AS_KEY] = ""
    """The client's number of the matter."""
    attorney: Annotated[Line, AS_KEY] = ""
    client_id: Annotated[Line, AS_KEY] = ""
    """The client's number of its own client."""
    claim: Annotated[Line, AS_KEY] = ""
    """The client's claim or file number."""
    contact: Words = ""
    """The person at the client who ordered the work."""
    purchase_order: Annotated[Line, AS_KEY] = ""
    case_title: Words = ""
    """The parties as the court lists them, like `Ruiz v. Alamo Freight`."""
    cause_number: Annotated[Line, AS_KEY] = ""
    """The court's number of the case."""
    court: Words = ""
    """The name of the court, its county and state."""
    plaintiff: Words = ""
    defendant: Words = ""
    documents: Words = ""
    """The papers to be served or filed."""
    ordered_on: DayOrNone = None
    due_on: DayOrNone = None
    """The day by which the work is to be done."""
    completed_on: DayOrNone = None


@dataclass(frozen=True)
class Unit:
    """How invoices write the unit of a quantity. Money has none, and weight is in any unit that the company uses."""

    words: str


class ProofOfDelivery(Record):
    """The quantities in the proof of delivery; a missing one was not reported. A line can use each of them."""

    miles: Annotated[CountedOrNone, Unit("mi")] = None
    waiting_minutes: Annotated[CountedOrNone, Unit("min")] = None
    weight: CountedOrNone = None
    pieces: Annotated[CountedOrNone, Unit("pieces")] = None
    attempts: Annotated[CountedOrNone, Unit("attempts")] = None
    pages: Annotated[CountedOrNone, Unit("pages")] = None
    servees: Annotated[CountedOrNone, Unit("servees")] = None
    parcels: Annotated[CountedOrNone, Unit("parcels")] = None
    hours: Annotated[CountedOrNone, Unit("h")] = None
    persons: Annotated[CountedOrNone, Unit("persons")] = None
    value: CountedWorthOrNone = None
    """Money collected on an execution, or the declared value of a package."""
    fee_advances: CountedWorthOrNone = None
    """Money laid out for the client."""


QUANTITY_SOURCES = tuple(ProofOfDelivery.model_fields)
UNITS = {
    name: mark.words
    for name, info in ProofOfDelivery.model_fields.items()
    for mark in info.metadata
    if isinstance(mark, Unit)
}
"""How invoices write the units of quantities."""
ONE = "one"
"""The quantity source of a line that is charged once per order."""
DAYS = ("ordered_on", "due_on", "service_on", "completed_on")
"""The days of an order that a quantity can be the difference of."""
_SMALL = frozenset({*QUANTITY_SOURCES, ONE, *DAYS})


def _typed_source(value: object) -> object:
    if not isinstance(value, str):
        return value
    name = plain(value).strip()
    return name.lower() if name.lower() in _SMALL else name.upper()


QuantitySource = Annotated[str, MaxLen(30)]
"""The name of a quantity: a field of the proof of delivery, the code of a quantity of the company, or `one`."""
EnteredSource = Annotated[QuantitySource, BeforeValidator(_typed_source)]
"""The name of a quantity as people type it: fields become small letters, codes become capital ones."""


class AllQuantities(ProofOfDelivery):
    """The quantities in the proof of delivery, and those that the company defines itself."""

    quantities: Quantities = NO_QUANTITIES
    """Quantities that the company defines itself, by code. In a file: `COPIES = 3; WORDS = 1200`."""


class OrderEntry(AllQuantities, OrderHead):
    """What people enter for an order. Rating adds the rest."""

    servers: Servers = ()
    """The servers who did the job. In a file: `S1`, or `S1: 60; S2: 40`."""


def _customer_if_left_out(bill_to: object, info: ValidationInfo) -> object:
    # An invalid customer is reported once, for itself, and not for the bill-to as well.
    return info.data.get("customer", "0") if bill_to is None else bill_to


class EnteredOrder(OrderEntry):
    """An order as it is entered: one JSON object, or one row of a CSV or XLSX file."""

    bill_to: Annotated[
        Number,
        BeforeValidator(_customer_if_left_out),
        WithJsonSchema(TypeAdapter(NumberText | None).json_schema()),
    ] = Field(default=None, validate_default=True)
    """If left out, the ordering customer."""
