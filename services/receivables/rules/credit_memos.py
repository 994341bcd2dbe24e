"""Owns the credit of an exported invoice: which lines it takes back, and what that leaves of each work order."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from services.receivables.errors import NotFromRating, NothingToCredit, WorkOrderNotOnInvoice
from services.receivables.rules.posting import NewLine, NewTransaction, Posting, distribute_lines
from shared.money import ZERO


@dataclass(frozen=True)
class Invoice:
    """A posted invoice as a credit sees it."""

    id: int
    ar_company: int
    gl_company: int
    month: str
    number: int
    invoice_number: str
    customer_id: int
    customer_number: str
    receivable_type: int
    ar_account: str
    branch: str | None
    total: Decimal
    run_id: int | None
    rating_invoice_id: int | None
    rating_attempt: int | None


@dataclass(frozen=True)
class InvoiceLine:
    """A line of a posted invoice; `remaining` is its amount less all credits so far, net of nothing else."""

    line: int
    description: str
    gl_account: str
    unit_rate: Decimal
    amount: Decimal
    remaining: Decimal
    taxable: bool
    work_order_id: int | None
    work_order_number: str | None
    work_order_version: int | None
    work_order_attempt: int | None


@dataclass(frozen=True)
class CreditedOrder:
    """A work order of the invoice after the credit; net amounts."""

    work_order_id: int
    version: int
    attempt: int
    credited: Decimal
    remaining: Decimal


@dataclass(frozen=True)
class CreditRequest:
    """What a clerk asks for: all work orders of the invoice, or the chosen ones."""

    work_order_ids: Sequence[int] | None
    disposition: str
    reason: str
    month: str
    credit_date: date
    credited_by: str


def lines_to_credit(invoice: Invoice, lines: Sequence[InvoiceLine], chosen: Sequence[int] | None) -> list[InvoiceLine]:
    """The lines of the chosen work orders (of all without) that something is left of.

    Raises NotFromRating, WorkOrderNotOnInvoice, NothingToCredit. Source: receivables, section 4.
    """
    if invoice.rating_invoice_id is None:
        raise NotFromRating(f"Invoice {invoice.invoice_number} did not come from rating.")
    wanted = None if chosen is None else set(chosen)
    missing = set() if wanted is None else wanted - {line.work_order_id for line in lines}
    if missing:
        raise WorkOrderNotOnInvoice(
            f"Invoice {invoice.invoice_number} has no line of work order {', '.join(map(str, sorted(missing)))}."
        )
    left = [one for one in lines if one.remaining != 0 and (wanted is None or one.work_order_id in wanted)]
    if not left:
        raise NothingToCredit(f"Nothing is left to credit of what you chose on invoice {invoice.invoice_number}.")
    return left


def credited_orders(lines: Sequence[InvoiceLine], credited: Sequence[InvoiceLine]) -> list[CreditedOrder]:
    """What the credit takes from each work order and what it leaves; a line is always credited whole.

    Example: an order with lines 90.00 and 195.00, credited whole: credited 285.00, remaining 0.00.
    """
    taken: dict[int, Decimal] = defaultdict(lambda: ZERO)
    left: dict[int, Decimal] = defaultdict(lambda: ZERO)
    named = {}
    gone = {one.line for one in credited}
    for one in lines:
        if one.work_order_id is None:
            continue
        named[one.work_order_id] = one
        if one.line in gone:
            taken[one.work_order_id] += one.remaining
        else:
            left[one.work_order_id] += one.remaining
    return [
        CreditedOrder(
            work_order_id,
            named[work_order_id].work_order_version or 0,
            named[work_order_id].work_order_attempt or 0,
            taken[work_order_id],
            left[work_order_id],
        )
        for work_order_id in sorted(taken)
    ]


def post_credit(
    invoice: Invoice, credited: Sequence[InvoiceLine], request: CreditRequest, transaction_id: int
) -> Posting:
    """The credit memo: each line the mirror of what is left of the line it applies to.

    It takes the invoice's number and receivable type, and each line the account of the line that it credits.
    """
    lines = [
        NewLine(
            transaction_id=transaction_id,
            line=position,
            description=one.description,
            gl_account=one.gl_account,
            quantity=ZERO,
            unit_rate=one.unit_rate,
            amount=-one.remaining,
            tax=ZERO,
            taxable=one.taxable,
            work_order_id=one.work_order_id,
            work_order_number=one.work_order_number,
            work_order_version=one.work_order_version,
            work_order_attempt=one.work_order_attempt,
            applies_to_id=invoice.id,
            applies_to_line=one.line,
        )
        for position, one in enumerate(credited, start=1)
    ]
    rows = distribute_lines(lines, invoice.ar_account)
    total = sum((line.amount for line in lines), ZERO)
    memo = NewTransaction(
        id=transaction_id,
        type="credit_memo",
        customer_id=invoice.customer_id,
        invoice_number=invoice.invoice_number,
        receivable_type=invoice.receivable_type,
        ar_account=invoice.ar_account,
        invoice_date=request.credit_date,
        due_on=request.credit_date,
        branch=invoice.branch,
        net=total,
        tax=ZERO,
        total=total,
        gl_rows=len(rows),
        applies_to_id=invoice.id,
        rating_invoice_id=None,
        rating_attempt=None,
        disposition=request.disposition,
        reason=request.reason,
    )
    return Posting([memo], lines, rows)
