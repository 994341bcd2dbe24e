"""The orders of exported invoices with what came with them. They are written once, when the hand-over is accepted."""

from collections.abc import Sequence
from typing import Final

from pydantic import TypeAdapter
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from services.receivables.rules.exported_invoices.hand_overs import HandedInvoice
from services.receivables.rules.invoice_orders import BilledOrder, orders_to_keep
from shared.contracts.order_facts import AttachmentFacts, OrderFacts
from shared.database.columns import to_document
from shared.database.statements import copy_records

_NAMES = (
    *("rating_invoice_id", "rating_attempt", "position", "work_order_id", "number", "service_on", "reference"),
    *("facts", "charges", "attachments"),
)
_OF_INVOICE = """
    ar_transaction t
    JOIN invoice_order o ON o.rating_invoice_id = t.rating_invoice_id AND o.rating_attempt = t.rating_attempt
"""
_ATTACHMENTS = TypeAdapter(tuple[AttachmentFacts, ...])
CHARGES: Final = f"""
    SELECT t.id AS invoice_id, charge.*
    FROM {_OF_INVOICE}
    CROSS JOIN LATERAL jsonb_to_recordset(o.charges) AS charge (
        line int, unit text, measured numeric(15, 3), included numeric(15, 3), fee_advance boolean, reason text,
        print_zero boolean)
"""
"""How the lines of invoices `t` were charged, for those of which rating said so; a WHERE follows."""
CHARGED: Final = """
    coalesce(charge.unit, '') AS unit, charge.measured, charge.included,
    coalesce(charge.fee_advance, false) AS fee_advance, coalesce(charge.reason, '') AS reason,
    coalesce(charge.print_zero, false) AS print_zero
"""
"""The fields of `charge`, a row of `CHARGES` that may be missing."""


async def keep(session: AsyncSession, invoices: Sequence[HandedInvoice]) -> None:
    """Keeps the orders of accepted hand-overs, with one COPY."""
    records = [
        (
            *(order.rating_invoice_id, order.rating_attempt, order.position, order.work_order_id, order.number),
            *(order.service_on, order.reference),
            None if order.facts is None else order.facts.model_dump_json(exclude_defaults=True),
            to_document(order.charges) if order.charges else None,
            to_document(order.attachments) if order.attachments else None,
        )
        for order in orders_to_keep(invoices)
    ]
    await copy_records(session, "invoice_order", _NAMES, records)


async def list_orders(session: AsyncSession, invoice_id: int) -> list[BilledOrder]:
    """The orders of a posted invoice in the order of its lines; none if it did not come from rating."""
    return [order for _, order in await orders_of_invoices(session, [invoice_id])]


async def orders_of_invoices(session: AsyncSession, invoice_ids: Sequence[int]) -> list[tuple[int, BilledOrder]]:
    """The orders of posted invoices, each with the id of its invoice, in the order of its lines."""
    found = await session.execute(
        text(
            f"""
            SELECT t.id AS invoice_id, o.number, o.service_on, o.reference, CAST(o.facts AS text) AS facts,
                   CAST(o.attachments AS text) AS attachments
            FROM {_OF_INVOICE} WHERE t.id = ANY(CAST(:ids AS bigint[])) ORDER BY t.id, o.position
            """
        ),
        {"ids": list(invoice_ids)},
    )
    return [
        (
            row.invoice_id,
            BilledOrder(
                number=row.number,
                service_on=row.service_on,
                reference=row.reference,
                facts=None if row.facts is None else OrderFacts.model_validate_json(row.facts),
                attachments=() if row.attachments is None else _ATTACHMENTS.validate_json(row.attachments),
            ),
        )
        for row in found
    ]
