"""Work orders on the wire."""

from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from services.rating.rules.charges import ChargeEntry
from services.rating.rules.work_orders import Closing, OrderEntry, OrderFilter, Whereabouts, WorkOrder
from services.rating.schemas.charges import ChargeBody, Servers, ServerShareBody, kept_shares
from services.rating.schemas.closings import ClosingRead
from shared.http.bodies import ChangeBody
from shared.values.dates import Day
from shared.values.money import Money, Quantity
from shared.values.text import SPLIT, CodeText, Line, LongZipText, NumberText, YesNo

Style = Literal["process", "court", "messenger"]
FieldStatus = Literal["in_field", "served", "not_served", "cancelled"]
Status = Literal["open", "rated", "assigned", "exporting", "exported", "closed"]
Reported = Annotated[Quantity, Field(ge=0)]


class WorkOrderEntry(BaseModel):
    """An order as it is entered: one JSON object, or one row of a CSV or XLSX file with these columns."""

    model_config = ConfigDict(extra="forbid", from_attributes=True)

    number: NumberText
    style: Style = "process"
    branch: CodeText
    customer: NumberText
    bill_to: NumberText | None = Field(default=None, description="The ordering customer, if left out.")
    priority: CodeText
    job_type: CodeText
    region: CodeText | None = Field(default=None, description="If left out, the region that holds the served ZIP.")
    served_zip: LongZipText | None = None
    from_zip: LongZipText | None = Field(default=None, description="Where it was picked up, for rates by zone.")
    service_on: Day
    field_status: FieldStatus = "in_field"
    pod_received: YesNo = False
    triggers: Annotated[tuple[CodeText, ...], SPLIT] = Field(
        default=(), description="Bill types of kind `flag`; in CSV separated by semicolons."
    )
    reference: Line = ""
    matter: Line = ""
    attorney: Line = ""
    miles: Reported | None = None
    waiting_minutes: Reported | None = None
    weight: Reported | None = None
    pieces: Reported | None = None
    attempts: Reported | None = None
    pages: Reported | None = None
    servees: Reported | None = None
    parcels: Reported | None = None
    hours: Reported | None = None
    persons: Reported | None = None
    value: Reported | None = Field(
        default=None, description="Money collected on an execution, or declared for a package."
    )
    fee_advances: Reported | None = Field(default=None, description="Money laid out for the client.")
    servers: Servers = Field(default=(), description="Who did the job; in CSV `S1`, or `S1: 60; S2: 40`.")

    def to_entry(self) -> OrderEntry:
        given = {**self.model_dump(include=set(WorkOrderEntry.model_fields)), "bill_to": self.bill_to or self.customer}
        return OrderEntry(**{**given, "servers": kept_shares(self.servers)})


class NewWorkOrder(WorkOrderEntry):
    """An order as one JSON object, with the charges that are known before it is rated."""

    prebills: list[ChargeBody] = Field(default=[], max_length=100)

    def to_prebills(self) -> dict[str, ChargeEntry]:
        """The prebills by where they stand."""
        return {f"/prebills/{index}": one.to_entry("prebill") for index, one in enumerate(self.prebills)}


class WorkOrderChange(ChangeBody):
    """What is to change of a work order."""

    number: NumberText = ""
    style: Style = "process"
    branch: CodeText = ""
    customer: NumberText = ""
    bill_to: NumberText = ""
    priority: CodeText = ""
    job_type: CodeText = ""
    region: CodeText | None = None
    served_zip: LongZipText | None = None
    from_zip: LongZipText | None = None
    service_on: Day = date.min
    field_status: FieldStatus = "in_field"
    pod_received: bool = False
    triggers: tuple[CodeText, ...] = ()
    reference: Line = ""
    matter: Line = ""
    attorney: Line = ""
    miles: Reported | None = None
    waiting_minutes: Reported | None = None
    weight: Reported | None = None
    pieces: Reported | None = None
    attempts: Reported | None = None
    pages: Reported | None = None
    servees: Reported | None = None
    parcels: Reported | None = None
    hours: Reported | None = None
    persons: Reported | None = None
    value: Reported | None = None
    fee_advances: Reported | None = None
    servers: Servers = ()

    def to_changes(self) -> dict[str, Any]:
        changes = super().to_changes()
        return {**changes, "servers": kept_shares(self.servers)} if "servers" in changes else changes


class Receivable(BaseModel):
    """Where an exported order is: its run, and its invoice in Accounts Receivable."""

    model_config = ConfigDict(from_attributes=True)

    run_id: int | None
    ar_company: int | None
    ar_number: str | None
    ar_month: str | None
    ar_transaction: int | None


class HistoryStepRead(BaseModel):
    """One thing that happened to an order; `words` say why, or what Accounts Receivable answered.

    `amount` is the rating's total, or what was credited.
    """

    model_config = ConfigDict(from_attributes=True)

    at: datetime
    by: str
    action: Literal[
        "rated",
        "rated_again",
        "rating_removed",
        "assigned",
        "unassigned",
        "handed_over",
        "exported",
        "refused",
        "credited",
        "reopened",
        "closed",
        "zero_billed",
    ]
    version: int | None
    amount: Money | None
    invoice_id: int | None
    run_id: int | None
    words: str


class WorkOrderRead(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: int
    number: str
    style: Style
    branch: str
    ar_company: int
    customer: str
    customer_type: str | None
    bill_to: str
    priority: str
    job_type: str
    region: str | None
    served_zip: str | None
    from_zip: str | None
    service_on: date
    field_status: FieldStatus
    pod_received: bool
    triggers: list[str]
    reference: str
    matter: str
    attorney: str
    miles: Quantity | None
    waiting_minutes: Quantity | None
    weight: Quantity | None
    pieces: Quantity | None
    attempts: Quantity | None
    pages: Quantity | None
    servees: Quantity | None
    parcels: Quantity | None
    hours: Quantity | None
    persons: Quantity | None
    value: Quantity | None
    fee_advances: Quantity | None
    servers: list[ServerShareBody]
    status: Status
    revision: int
    rating_version: int
    invoice_id: int | None
    changed_at: datetime
    last_export: Receivable | None = None
    last_closing: ClosingRead | None = None

    @classmethod
    def of(cls, order: WorkOrder, whereabouts: Whereabouts, closing: Closing | None) -> "WorkOrderRead":
        told = {
            "last_export": None if whereabouts.run_id is None else Receivable.model_validate(whereabouts),
            "last_closing": None if closing is None else ClosingRead.model_validate(closing),
        }
        return cls.model_validate(order).model_copy(update=told)


class WorkOrderItem(BaseModel):
    """An order in a list; `total` is that of its current rating."""

    model_config = ConfigDict(from_attributes=True)

    id: int
    number: str
    style: Style
    branch: str
    customer: str
    bill_to: str
    priority: str
    job_type: str
    region: str | None
    served_zip: str | None
    service_on: date
    field_status: FieldStatus
    pod_received: bool
    reference: str
    status: Status
    revision: int
    rating_version: int
    invoice_id: int | None
    ar_number: str | None
    total: Money | None


class WorkOrderTotals(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    count: int
    total: Money


class WorkOrderQuery(BaseModel):
    """The filters of the list of work orders."""

    model_config = ConfigDict(extra="ignore")

    status: Status | None = None
    branch: CodeText | None = None
    customer: NumberText | None = None
    bill_to: NumberText | None = None
    service_from: date | None = None
    service_to: date | None = None
    search: Line | None = Field(default=None, description="Part of the number or the reference.")

    def to_filter(self) -> OrderFilter:
        return OrderFilter(**self.model_dump())
