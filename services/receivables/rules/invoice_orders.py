"""The orders of exported invoices, with what came with them from rating. They are kept as they came."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date
from decimal import Decimal
from typing import Annotated

from pydantic import Field

from services.receivables.rules.exported_invoices.hand_overs import Charge, HandedInvoice
from shared.contracts.order_facts import AttachmentFacts, OrderFacts
from shared.values.fields import light

_CHARGE = tuple(field.name for field in fields(Charge))


@light
@dataclass(frozen=True, slots=True)
class NewBilledOrder:
    """An order of a hand-over about to be kept. `charges` are those of its lines that say how they came about."""

    rating_invoice_id: int
    rating_attempt: int
    position: int
    work_order_id: int
    number: str
    service_on: date
    reference: str
    facts: OrderFacts | None
    charges: Sequence[Mapping[str, object]]
    attachments: Sequence[AttachmentFacts]


@dataclass(frozen=True)
class BilledOrder:
    """A work order on an invoice, as rating exported it."""

    number: str
    service_on: Annotated[date, Field(description="The date of service.")]
    reference: Annotated[str, Field(description="The client's own words for the order.")]
    facts: Annotated[
        OrderFacts | None,
        Field(description="The case, the client's own numbers, and who was served; null if rating sent none."),
    ]
    attachments: Annotated[
        Sequence[AttachmentFacts],
        Field(description="The files that went with the order, with their links through the gateway."),
    ] = ()


def orders_to_keep(invoices: Sequence[HandedInvoice]) -> list[NewBilledOrder]:
    """The orders of these hand-overs in the order in which they are on their invoices.

    Lines are numbered through all orders of an invoice, as they are posted. Only what a charge says is kept.
    Example: if the first order of an invoice has two lines, the second begins with line 3. Source: receivables, section 4.
    """
    kept = []
    for invoice in invoices:
        before = 0
        for position, order in enumerate(invoice.orders, start=1):
            charges = [
                {"line": line, **_said(each.charge)}
                for line, each in enumerate(order.lines, start=before + 1)
                if each.charge is not None
            ]
            before += len(order.lines)
            kept.append(
                NewBilledOrder(
                    invoice.invoice_id,
                    invoice.attempt,
                    position,
                    order.work_order_id,
                    order.number,
                    order.service_on,
                    order.reference,
                    order.facts,
                    charges,
                    order.attachments,
                )
            )
    return kept


def _said(charge: Charge) -> dict[str, object]:
    return {name: value for name in _CHARGE if (value := getattr(charge, name)) or isinstance(value, Decimal)}
