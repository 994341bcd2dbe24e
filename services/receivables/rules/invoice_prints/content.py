"""What the template of invoices reads: ready words, so that a template only arranges them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from itertools import groupby
from typing import Any

from services.receivables.rules.invoice_prints.documents import (
    DocumentHead,
    DocumentLine,
    DocumentOrder,
    InvoiceDocument,
    OrderOnInvoice,
    net_of,
)
from services.receivables.rules.invoice_prints.words import (
    address_lines,
    amount_words,
    day_words,
    moment_words,
    price_words,
)
from shared.contracts.order_facts import OrderFacts, ServiceFacts
from shared.values.money import ZERO, round_cents
from shared.values.numbers import plain, quantity_words, rate_words

SUMMARY_FROM = 4
"""From so many work orders on, an invoice begins with a summary of them."""
_AMENDMENTS = {"credit_memo": "Credit", "write_off": "Write-off", "adjustment": "Adjustment"}
_NUMBERS = {
    "client_id": "Your client",
    "matter": "Your matter",
    "claim": "Your file or claim",
    "attorney": "Attorney",
    "contact": "Contact",
    "purchase_order": "Your order",
}
_OUTCOMES = {"served": "Served", "not_served": "Not served", "cancelled": "Cancelled"}

Shown = dict[str, Any]


def content_of(document: InvoiceDocument, mark: str | None) -> Shown:
    """One invoice as the template reads it. Every amount is text, and what is empty is not printed."""
    head = document.head
    return {
        **letterhead(head),
        "title": f"Invoice {head.number}",
        "number": head.number,
        "mark": mark or "",
        "void": head.deleted,
        "replaces": list(document.replaces),
        "due": _due(document),
        "facts": _facts(head),
        "payment": _payment(document),
        "summary": _summary(document),
        "orders": [_order(order, head, alone=len(document.orders) == 1) for order in document.orders],
        "sums": _sums(document),
        "footer": head.invoice_footer,
    }


def letterhead(head: DocumentHead) -> Shown:
    """The company that sends a document, and the customer who gets it."""
    return {
        "ar_company": head.ar_company,
        "currency": head.currency,
        "company": {
            "name": head.company_name,
            "address": address_lines(head.company_address),
            "contact": [word for word in (head.telephone, head.email) if word],
            "tax_number": head.tax_number,
        },
        "customer": {"name": head.customer_name, "address": address_lines(head.customer_address)},
    }


def _due(document: InvoiceDocument) -> Shown:
    due, head = document.due, document.head
    if head.deleted:
        return {"words": "Nothing is due", "amount": price_words(ZERO, head.currency), "by": ""}
    if due > 0:
        return {"words": "Amount due", "amount": price_words(due, head.currency), "by": day_words(head.due_on)}
    words = "In your favor" if due < 0 else "Nothing is due"
    return {"words": words, "amount": price_words(-due, head.currency), "by": ""}


def _facts(head: DocumentHead) -> list[tuple[str, str]]:
    return filled(
        ("Invoice date", day_words(head.invoice_date)),
        ("Terms", head.terms or "Due on the invoice date"),
        ("Customer", head.customer),
        ("Contract", head.contract or ""),
        ("Your order", head.purchase_order),
    )


def filled(*pairs: tuple[str, str]) -> list[tuple[str, str]]:
    """The pairs that have a value."""
    return [(label, value) for label, value in pairs if value]


def _payment(document: InvoiceDocument) -> Shown | None:
    """Where and how to pay; None if nothing is due."""
    head = document.head
    if head.deleted or document.due <= 0:
        return None
    offer = head.discount_on is not None and not document.amendments and document.discount
    return {
        "remit_to": address_lines(head.remit_to) or [head.company_name, *address_lines(head.company_address)],
        "how": head.payment_instructions.splitlines() or [f"Please write invoice {head.number} on your payment."],
        "discount": f"If you pay by {day_words(head.discount_on)}, you may deduct "
        f"{price_words(document.discount, head.currency)}."
        if offer
        else "",
    }


def _summary(document: InvoiceDocument) -> list[Shown]:
    if len(document.orders) < SUMMARY_FROM:
        return []
    return [
        {
            "number": order.number or "Other charges",
            "day": "" if order.order is None else day_words(order.order.service_on),
            "about": _about(order.order, document.head),
            "amount": amount_words(order.net) if order.net else "No charge",
        }
        for order in document.orders
    ]


def _about(order: DocumentOrder | None, head: DocumentHead) -> str:
    """The matter, or what else the customer knows an order by."""
    if order is None:
        return ""
    facts = order.facts or OrderFacts()
    return ", ".join(word for word in (_known(facts, head, "matter"), facts.case_title) if word) or order.reference


def _known(facts: OrderFacts, head: DocumentHead, name: str) -> str:
    shown = head.shown_numbers is None or name in head.shown_numbers
    return getattr(facts, name) if shown else ""


def _order(order: OrderOnInvoice, head: DocumentHead, *, alone: bool) -> Shown:
    lines = list(by_item(order.lines)) if head.grouping == "by_item" else list(order.lines)
    charged = [line for line in lines if line.net or line.tax or line.print_zero]
    charges = [line for line in charged if not line.fee_advance]
    advances = [line for line in charged if line.fee_advance]
    details = order.order
    facts = details.facts if details is not None and details.facts is not None else OrderFacts()
    return {
        "number": order.number or "",
        "day": "" if details is None else day_words(details.service_on),
        "facts": _case(details, facts, head),
        "services": [_service(service) for service in facts.services],
        "taxed": any(line.tax_code is not None for line in charged),
        "charges": [_line(line) for line in charges],
        "advances": [_line(line) for line in advances],
        "advances_total": amount_words(net_of(advances)),
        "net": "" if alone or not charged else amount_words(order.net),
    }


def _case(order: DocumentOrder | None, facts: OrderFacts, head: DocumentHead) -> list[tuple[str, str]]:
    """The client's numbers and the case. Parties are printed if the case has no title."""
    parties = " v. ".join(party for party in (facts.plaintiff, facts.defendant) if party)
    return filled(
        *((label, _known(facts, head, name)) for name, label in _NUMBERS.items()),
        ("Reference", "" if order is None else order.reference),
        ("Case", facts.case_title or parties),
        ("Cause number", facts.cause_number),
        ("Court", facts.court),
        ("Documents", facts.documents),
        ("Ordered", day_words(facts.ordered_on)),
        ("Completed", day_words(facts.completed_on)),
    )


def _service(service: ServiceFacts) -> Shown:
    """One person to be served. Example: `Served Nov 2, 2026, 4:15 PM, personal, received by Ana Ortiz`."""
    outcome = _OUTCOMES.get(service.outcome, service.outcome.replace("_", " ").capitalize() or "Open")
    if service.served_at is not None:
        outcome += f" {moment_words(service.served_at)}"
    received = f"received by {service.received_by}" if service.received_by else ""
    return {
        "party": service.party,
        "address": service.address,
        "result": ", ".join(word for word in (outcome, service.manner, received) if word),
        "attempts": str(service.attempts) if service.attempts else "",
    }


def _line(line: DocumentLine) -> Shown:
    return {
        "description": line.description,
        "reason": line.reason,
        "charged": charged_words(line),
        "tax": line.tax_code or "",
        "amount": amount_words(line.net),
    }


def charged_words(line: DocumentLine) -> str:
    """How the amount of a line was reckoned: `25 min, 10 included, 15 × 0.53`.

    A flat fee and what was laid out have nothing to reckon. If the product is not the amount, the reason says what is.
    """
    unit = line.unit or line.um or ""
    is_product = bool(line.quantity and line.unit_rate) and round_cents(line.quantity * line.unit_rate) == line.net
    if (
        is_product
        and unit in {"", "EA"}
        and (line.quantity == line.net or (line.measured is None and line.quantity == 1))
    ):
        return ""
    if line.measured is None or line.measured == line.quantity:
        if is_product:
            return f"{quantity_words(line.quantity, unit)} × {rate_words(line.unit_rate)}"
        shown = line.quantity and (line.measured is not None or not line.reason)
        return quantity_words(line.quantity, unit) if shown else ""
    words = [quantity_words(line.measured, unit)]
    if line.included:
        words.append(f"{quantity_words(line.included)} included")
    if is_product:
        # What was charged is counted in other units than what was measured, so their name is left out.
        words.append(f"{quantity_words(line.quantity)} × {rate_words(line.unit_rate)}")
    return ", ".join(words)


def by_item(lines: Sequence[DocumentLine]) -> Iterator[DocumentLine]:
    """The lines of an order with those that differ only in their quantity as one, in the order of the first of each.

    Example: mileage of 12 and of 8 miles at 0.67 is 20 miles at 0.67. A line with a reason stays by itself, because the
    reason reckons its amount alone.
    """

    def key(line: DocumentLine) -> tuple[object, ...]:
        words = (line.description, line.unit, line.um or "", line.tax_code or "")
        return (*words, line.unit_rate, line.fee_advance, line.line if line.reason else None)

    first: dict[tuple[object, ...], int] = {}
    for index, line in enumerate(lines):
        first.setdefault(key(line), index)
    ordered = sorted(lines, key=lambda line: first[key(line)])
    for _, equal in groupby(ordered, key=key):
        yield _together(list(equal))


def _together(lines: Sequence[DocumentLine]) -> DocumentLine:
    return replace(
        lines[0],
        quantity=sum((line.quantity for line in lines), ZERO),
        measured=_sum([line.measured for line in lines]),
        included=_sum([line.included for line in lines]),
        amount=sum((line.amount for line in lines), ZERO),
        tax=sum((line.tax for line in lines), ZERO),
    )


def _sum(values: Sequence[Decimal | None]) -> Decimal | None:
    known = [value for value in values if value is not None]
    return sum(known, ZERO) if len(known) == len(values) else None


def _sums(document: InvoiceDocument) -> list[Shown]:
    """From the charges to the amount due. The `strong` ones are totals."""
    head, advances = document.head, document.advances
    rows = [amount_row("Charges", head.net - advances)]
    if advances:
        rows.append(amount_row("Fee advances", advances))
    for tax in document.taxes:
        if tax.tax:
            rate = "" if tax.rate is None else f": {plain(tax.rate)}% of {amount_words(tax.net)}"
            rows.append(amount_row(f"Tax, {tax.description}{rate}", tax.tax))
    rows.append(amount_row(f"Total {head.currency}", head.total, strong=True))
    further = []
    if document.retainage:
        further.append(amount_row("Retained until completion", -document.retainage))
    for amendment in document.amendments:
        words = f"{_AMENDMENTS[amendment.type]} of {day_words(amendment.on)}"
        further.append(amount_row(words, amendment.total))
    if further:
        rows += [*further, amount_row(f"Amount due {head.currency}", document.due, strong=True)]
    return rows


def amount_row(words: str, amount: Decimal, *, strong: bool = False) -> Shown:
    """One row of the sums below the lines."""
    return {"words": words, "amount": amount_words(amount), "strong": strong}


def template_data(invoices: Sequence[Shown], logos: Mapping[int, bytes]) -> Shown:
    """All that the template reads: the invoices, and the logos of their companies by number."""
    return {"logos": {str(number): list(content) for number, content in logos.items()}, "invoices": list(invoices)}
