"""An exported invoice has been credited in accounts receivable, with the credit split by work order."""

from typing import Annotated, ClassVar, Literal
from uuid import UUID

from pydantic import Field

from shared.contracts.event import Event, Month, Part
from shared.values.money import Money

Disposition = Literal["rerate", "close"]
"""What happens to a work order that credits bring to zero: it is rated again, or closed."""


class CreditedBooking(Part):
    """The booking that the credit applies to.

    This event may reach rating before the booking's `invoice-exported` does.
    """

    run_id: int
    run_uuid: UUID | None = None
    invoice_id: int
    attempt: int
    number: str
    month: Annotated[str, Month]
    transaction: int
    ar_invoice_id: int | None = None


class CreditedOrder(Part):
    """Amounts are net.

    `remaining` is what is left of the order after all credits; at 0 the order is reopened or closed.
    """

    work_order_id: int
    version: int
    attempt: int
    credited: Money
    remaining: Money


class InvoiceCredited(Event):
    """`month` and `transaction` are those of the credit memo. `disposition` is set when an order is brought to zero."""

    service: ClassVar[str] = "receivables"

    ar_company: int
    month: Annotated[str, Month]
    transaction: int
    disposition: Disposition | None
    reason: str
    credited_by: str
    booking: CreditedBooking
    orders: tuple[CreditedOrder, ...] = Field(min_length=1)
