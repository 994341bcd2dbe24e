"""A customer's balance in accounts receivable has changed.

The event carries the whole state; the newer version wins.
"""

from typing import ClassVar

from shared.contracts.event import Event
from shared.values.money import Money


class AccountChanged(Event):
    """`open_amount` is the balance of everything posted to the customer's account, in the company's currency."""

    service: ClassVar[str] = "receivables"

    ar_company: int
    customer: str
    version: int
    open_amount: Money
