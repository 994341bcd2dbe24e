"""A customer as it now is in accounts receivable: the whole state, where the newer version wins."""

from typing import ClassVar, Literal

from shared.contracts.event import Event


class CustomerChanged(Event):
    service: ClassVar[str] = "receivables"

    ar_company: int
    number: str
    version: int
    name: str
    status: Literal["active", "hold", "inactive"]
    customer_type: str
