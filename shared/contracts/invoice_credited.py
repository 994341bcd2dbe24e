"""An exported invoice was credited in accounts receivable, by work order and with a disposition."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from shared.contracts.event import Event, Month, Part
from shared.values.money import Money

Disposition = Literal["rerate", "close"]
"""What becomes of a work order that credits have brought to zero: rated again, or taken out."""


class CreditedBooking(Part):
    """The booking that the credit applies to; it may reach rating before `invoice-exported` does."""

    run_id: int
    invoice_id: int
    attempt: int
    number: str
    month: Annotated[str, Month]
    transaction: int


class CreditedOrder(Part):
    """Net amounts. `remaining` is what credits have left of the order: 0 reopens or closes it."""

    work_order_id: int
    version: int
    attempt: int
    credited: Money
    remaining: Money


class InvoiceCredited(Event):
    """`month` and `transaction` are the credit memo's. `disposition` is set when an order is brought to zero."""

    service: ClassVar[str] = "receivables"

    ar_company: int
    month: Annotated[str, Month]
    transaction: int
    disposition: Disposition | None
    reason: str
    credited_by: str
    booking: CreditedBooking
    orders: tuple[CreditedOrder, ...] = Field(min_length=1)
