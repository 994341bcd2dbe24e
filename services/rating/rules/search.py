"""Owns what a search over everything finds."""

from dataclasses import dataclass
from typing import Literal

from services.rating.rules.draft_invoices import InvoiceStatus
from services.rating.rules.work_orders import OrderStatus


@dataclass(frozen=True)
class RatingFound:
    """Something that a search found. A server has no id; its number identifies it.

    `name` is the case title of an order, or else its reference, the bill-to of a draft invoice, and the name of a server.
    """

    kind: Literal["work_order", "draft_invoice", "server"]
    id: int | None
    number: str
    name: str
    status: OrderStatus | InvoiceStatus | Literal["active", "retired"]
