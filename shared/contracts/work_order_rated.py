"""An order has been rated or re-rated, or its rating removed.

The event carries the whole state; the newer revision wins.
"""

from datetime import datetime
from typing import ClassVar, Literal

from shared.contracts.event import Event, Part
from shared.contracts.order_facts import OrderFacts
from shared.values.money import Money, Quantity, Rate

RatedState = Literal["rated", "removed"]


class RatedLine(Part):
    billing_item: str
    income_account: str
    quantity: Quantity
    unit_rate: Rate
    amount: Money
    taxable: bool
    fee_advance: bool


class WorkOrderRated(Event):
    """`revision` grows with every change of the order; `rating_version` identifies this rating.

    In the state `removed` the order has no rating now: no lines, and totals of 0.
    """

    service: ClassVar[str] = "rating"

    work_order_id: int
    number: str
    revision: int
    rating_version: int
    state: RatedState
    ar_company: int
    branch: str
    customer: str
    bill_to: str
    rated_at: datetime
    lines: tuple[RatedLine, ...]
    charges_total: Money
    advances_total: Money
    total: Money
    facts: OrderFacts | None = None
