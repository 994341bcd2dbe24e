"""What a customer owes in accounts receivable changed: the whole state, where the newer version wins."""

from typing import ClassVar

from shared.contracts.event import Event
from shared.values.money import Money


class AccountChanged(Event):
    """`open_amount` is everything posted to the customer's account, in the company's currency; credits lower it."""

    service: ClassVar[str] = "receivables"

    ar_company: int
    customer: str
    version: int
    open_amount: Money
