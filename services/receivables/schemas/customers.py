"""The bodies of customers and their accounts."""

from collections.abc import Sequence
from typing import Annotated

from pydantic import BaseModel

from services.receivables.records.customers import Customer, CustomerEntry
from services.receivables.rules.customers import Account, OpenItem
from shared.http.bodies import Changes, changes, partial
from shared.values.money import Money

CustomerChange = partial(
    CustomerEntry,
    "CustomerChange",
    "The fields to change. Company and number cannot be changed.",
    without=("ar_company", "number"),
)
CustomerChanges = Annotated[Changes, changes(CustomerChange)]


class AccountRead(BaseModel):
    """What a customer owes. `exposure` is `open_total` plus `unbilled`, the rated work that is not invoiced yet.

    `items` are one page of the `open_invoices`, the earliest due date first; `next_cursor` fetches the next page.
    """

    customer: Customer
    items: Sequence[OpenItem]
    next_cursor: str | None
    open_invoices: int
    open_total: Money
    unbilled: Money
    unbilled_orders: int
    exposure: Money

    @classmethod
    def of(cls, account: Account) -> "AccountRead":
        return cls(
            customer=account.customer,
            items=account.items,
            next_cursor=account.next_cursor,
            open_invoices=account.open.invoices,
            open_total=account.open.total,
            unbilled=account.unbilled.total,
            unbilled_orders=account.unbilled.orders,
            exposure=account.exposure,
        )
