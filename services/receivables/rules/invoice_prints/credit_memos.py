"""What a printed credit memo shows: what it credits, of which invoice, why, and how much of it is left to pay."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from services.receivables.rules.invoice_prints.content import Shown, amount_row, filled, letterhead
from services.receivables.rules.invoice_prints.documents import InvoiceDocument
from services.receivables.rules.invoice_prints.words import amount_words, day_words, price_words
from shared.values.money import ZERO


@dataclass(frozen=True)
class CreditMemoHead:
    """A posted credit memo as it is after its changes. `transaction` is its number in the month."""

    id: int
    invoice_id: int
    month: str
    transaction: int
    credit_date: date
    reason: str

    @property
    def number(self) -> str:
        return f"{self.month}/{self.transaction}"


@dataclass(frozen=True)
class CreditMemoLine:
    """What is credited of one line of the invoice, with its tax. Amounts are positive."""

    description: str
    work_order_number: str | None
    amount: Decimal
    tax: Decimal

    @property
    def net(self) -> Decimal:
        return self.amount - self.tax


def credit_memo_content(head: CreditMemoHead, lines: Sequence[CreditMemoLine], invoice: InvoiceDocument) -> Shown:
    """A credit memo as the template reads it. One without amounts was deleted, and is void."""
    of, total = invoice.head, sum((line.amount for line in lines), ZERO)
    net, tax = sum((line.net for line in lines), ZERO), sum((line.tax for line in lines), ZERO)
    return {
        **letterhead(of),
        "title": f"Credit memo {head.number}",
        "void": not lines,
        "facts": filled(
            ("Date", day_words(head.credit_date)),
            ("Of invoice", of.number),
            ("Invoice date", day_words(of.invoice_date)),
            ("Customer", of.customer),
        ),
        "credit": price_words(total, of.currency),
        "reason": head.reason,
        "lines": [
            {
                "number": line.work_order_number or "",
                "description": line.description,
                "net": amount_words(line.net),
                "tax": amount_words(line.tax) if line.tax else "",
                "amount": amount_words(line.amount),
            }
            for line in lines
        ],
        "sums": [
            amount_row("Charges", net),
            *([amount_row("Tax", tax)] if tax else []),
            amount_row(f"Credited {of.currency}", total, strong=True),
        ],
        "left": _left(invoice),
        "footer": of.invoice_footer,
    }


def _left(invoice: InvoiceDocument) -> str:
    head = invoice.head
    if invoice.due > 0:
        words = f"{price_words(invoice.due, head.currency)} is left to pay on invoice {head.number}"
        return f"{words} by {day_words(head.due_on)}."
    if invoice.due < 0:
        return f"{price_words(-invoice.due, head.currency)} is in your favor on invoice {head.number}."
    return f"Nothing is left to pay on invoice {head.number}."
