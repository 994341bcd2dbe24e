"""The content of printed invoices."""

from collections.abc import Mapping, Sequence

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from services.receivables.rules.invoice_prints.documents import (
    DocumentAmendment,
    DocumentFacts,
    DocumentHead,
    DocumentLine,
    DocumentOrder,
    Replaced,
)
from services.receivables.store import invoice_orders
from services.receivables.store.invoice_orders import CHARGED, CHARGES
from services.receivables.store.posted_transactions import CURRENT_VERSION
from shared.database.statements import fetch_all

SIDES = {"branch": "t.branch", "customer": "c.number", "ar_company": "t.ar_company"}
_IDS = "unnest(CAST(:ids AS bigint[])) WITH ORDINALITY AS chosen (id, position)"


async def facts(session: AsyncSession, invoice_ids: Sequence[int]) -> DocumentFacts:
    """Everything that is printed on these invoices, including later changes, in the order of the ids.

    Takes five statements for any number of invoices.
    """
    ids = list(invoice_ids)
    return DocumentFacts(
        await _heads(session, ids),
        await _lines(session, ids),
        await _amendments(session, ids),
        await _replaced(session, ids),
        await _orders(session, ids),
    )


async def _heads(session: AsyncSession, ids: Sequence[int]) -> list[DocumentHead]:
    return await fetch_all(
        session,
        DocumentHead,
        f"""
        SELECT t.id, t.ar_company, k.name AS company_name, k.address AS company_address, k.currency,
               t.invoice_number AS number, t.month, t.number AS transaction, c.number AS customer,
               c.name AS customer_name, c.address AS customer_address, t.contract, v.purchase_order,
               v.invoice_date, v.due_on, v.discount_on, p.description AS terms, sums.net, sums.tax, sums.total,
               EXISTS (SELECT FROM ar_transaction d WHERE d.changes_id = t.id AND d.action = 'delete') AS deleted,
               k.remit_to, k.telephone, k.email, k.tax_number, k.payment_instructions, k.invoice_footer,
               c.invoice_grouping AS grouping, c.shown_numbers
        FROM {_IDS}
        JOIN ar_transaction t ON t.id = chosen.id
        {CURRENT_VERSION}
        JOIN LATERAL (
            SELECT sum(x.net) AS net, sum(x.tax) AS tax, sum(x.total) AS total
            FROM ar_transaction x WHERE x.id = t.id OR (x.applies_to_id = t.id AND x.type = 'invoice')
        ) AS sums ON true
        JOIN ar_company k ON k.number = t.ar_company
        JOIN customer c ON c.id = t.customer_id
        LEFT JOIN pay_terms p ON p.ar_company = t.ar_company AND p.code = v.pay_terms
        ORDER BY chosen.position
        """,
        ids=ids,
    )


async def _lines(session: AsyncSession, ids: Sequence[int]) -> list[DocumentLine]:
    return await fetch_all(
        session,
        DocumentLine,
        f"""
        WITH posted AS (
            SELECT chosen.position, chosen.id AS invoice_id, coalesce(l.applies_to_line, l.line) AS invoice_line,
                   t.ar_company, l.*
            FROM {_IDS}
            JOIN LATERAL (
                SELECT id, ar_company FROM ar_transaction WHERE id = chosen.id
                UNION ALL
                SELECT id, ar_company FROM ar_transaction WHERE applies_to_id = chosen.id AND type = 'invoice'
            ) AS t ON true
            JOIN ar_line l ON l.transaction_id = t.id
        ), about AS (
            SELECT DISTINCT ON (invoice_id, invoice_line) * FROM posted WHERE NOT reverses
            ORDER BY invoice_id, invoice_line, transaction_id DESC
        ), sums AS (
            SELECT invoice_id, invoice_line, sum(amount) AS amount, sum(tax) AS tax, sum(retainage) AS retainage,
                   sum(retainage_tax) AS retainage_tax, sum(discount) AS discount, sum(tax_discount) AS tax_discount,
                   max(transaction_id) FILTER (WHERE reverses) AS taken_back_by
            FROM posted GROUP BY invoice_id, invoice_line
        )
        SELECT about.invoice_id, about.invoice_line AS line, about.description,
               about.quantity + about.contract_units AS quantity, about.unit_rate, about.um,
               sums.amount, sums.tax, about.tax_code, x.description AS tax_description, sums.retainage,
               sums.retainage_tax, sums.discount, sums.tax_discount, about.work_order_number,
               x.rate AS tax_rate, {CHARGED}
        FROM about
        JOIN sums USING (invoice_id, invoice_line)
        LEFT JOIN ({CHARGES} WHERE t.id = ANY(CAST(:ids AS bigint[]))) AS charge
            ON charge.invoice_id = about.invoice_id AND charge.line = about.invoice_line
        LEFT JOIN tax_code x ON x.ar_company = about.ar_company AND x.code = about.tax_code
        WHERE sums.taken_back_by IS NULL OR about.transaction_id >= sums.taken_back_by
        ORDER BY about.position, about.invoice_line
        """,
        ids=ids,
    )


async def _amendments(session: AsyncSession, ids: Sequence[int]) -> list[DocumentAmendment]:
    return await fetch_all(
        session,
        DocumentAmendment,
        f"""
        SELECT a.applies_to_id AS invoice_id, a.type, a.invoice_date AS on, a.total,
               (SELECT coalesce(sum(l.retainage + l.retainage_tax), 0.00)
                FROM ar_line l WHERE l.transaction_id = a.id) AS held_back
        FROM {_IDS} JOIN ar_transaction a ON a.applies_to_id = chosen.id AND a.type <> 'invoice' ORDER BY a.id
        """,
        ids=ids,
    )


async def _replaced(session: AsyncSession, ids: Sequence[int]) -> list[Replaced]:
    return await fetch_all(
        session,
        Replaced,
        f"""
        SELECT DISTINCT l.transaction_id AS invoice_id, t.invoice_number AS number
        FROM {_IDS}
        JOIN ar_line l ON l.transaction_id = chosen.id AND l.work_order_id IS NOT NULL
        JOIN LATERAL (
            SELECT max(o.transaction_id) AS id FROM ar_line o JOIN ar_transaction i ON i.id = o.transaction_id
            WHERE o.work_order_id = l.work_order_id AND o.work_order_version < l.work_order_version AND i.type = 'invoice'
        ) AS earlier ON earlier.id IS NOT NULL
        JOIN ar_transaction t ON t.id = earlier.id
        ORDER BY invoice_id, number
        """,
        ids=ids,
    )


async def _orders(session: AsyncSession, ids: Sequence[int]) -> list[DocumentOrder]:
    orders = await invoice_orders.orders_of_invoices(session, ids)
    return [
        DocumentOrder(invoice_id, order.number, order.service_on, order.reference, order.facts)
        for invoice_id, order in orders
    ]


async def logos(session: AsyncSession, companies: Sequence[int]) -> Mapping[int, bytes]:
    """The logos of these companies by number. Companies without a logo are missing."""
    found = await session.execute(
        text("SELECT ar_company, content FROM company_logo WHERE ar_company = ANY(CAST(:companies AS int[]))"),
        {"companies": list(companies)},
    )
    return {row.ar_company: row.content for row in found}
