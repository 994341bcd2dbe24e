"""A customer has changed in accounts receivable. The event carries the whole state; the newer version wins."""

from typing import ClassVar, Literal

from shared.contracts.event import Event
from shared.values.money import Money

ClientNumber = Literal["attorney", "claim", "client_id", "matter", "purchase_order"]


class CustomerChanged(Event):
    """`credit_limit` is in the company's currency; null means no limit.

    `required_numbers` are those of the client's own numbers that an order of the customer must have.
    """

    service: ClassVar[str] = "receivables"

    ar_company: int
    number: str
    version: int
    name: str
    status: Literal["active", "hold", "inactive"]
    customer_type: str
    credit_limit: Money | None = None
    required_numbers: tuple[ClientNumber, ...] = ()
