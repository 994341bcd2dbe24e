"""Owns the credit of an exported invoice: which lines it takes back, and what that leaves of each work order."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from services.receivables.errors import (
    DispositionMissing,
    DispositionUnneeded,
    LineNotOnInvoice,
    MoreThanLeft,
    NotFromRating,
    NothingToCredit,
    WorkOrderNotOnInvoice,
)
from services.receivables.rules.entries.amounts import share
from services.receivables.rules.posting import NewLine, NewTransaction, Posting, distribute_lines, sums_of
from shared.contracts.invoice_credited import Disposition
from shared.errors import Fault
from shared.values.money import ZERO, Money


@dataclass(frozen=True)
class Invoice:
    """A posted invoice as a credit sees it."""

    id: int
    ar_company: int
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
    """A line of a posted invoice, with what is left of it.

    `remaining` is its amount with tax less everything applied to it, `remaining_tax` the tax in that; `uncredited` is
    its net amount less the net of its credits: what still counts as billed of its work order.
    """

    line: int
    description: str
    gl_account: str
    unit_rate: Decimal
    amount: Decimal
    remaining: Decimal
    remaining_tax: Decimal
    uncredited: Decimal
    taxable: bool
    tax_code: str | None
    tax_account: str | None
    work_order_id: int | None
    work_order_number: str | None
    work_order_version: int | None
    work_order_attempt: int | None


@dataclass(frozen=True)
class WantedLine:
    """A line to credit, and how much of it with its tax; all that is left of it, if left out."""

    line: int
    amount: Money | None


@dataclass(frozen=True)
class CreditedLine:
    """What a credit takes of a line; `amount` holds the `tax`, both with the sign of the line."""

    line: InvoiceLine
    amount: Decimal
    tax: Decimal

    @property
    def net(self) -> Decimal:
        return self.amount - self.tax


@dataclass(frozen=True)
class CreditedOrder:
    """A work order of the invoice after the credit; net amounts."""

    work_order_id: int
    number: str
    version: int
    attempt: int
    credited: Decimal
    remaining: Decimal


@dataclass(frozen=True)
class WantedCredit:
    """What a clerk asks for: all of the invoice, chosen work orders, or chosen lines; at most one of the two is given."""

    work_order_ids: Sequence[int] | None
    lines: Sequence[WantedLine] | None
    disposition: Disposition | None
    reason: str
    month: str
    credit_date: date
    credited_by: str


def lines_to_credit(invoice: Invoice, lines: Sequence[InvoiceLine], request: WantedCredit) -> list[CreditedLine]:
    """What the credit takes of each line: of the chosen ones all that is left, or the amount that is named.

    What is left is what is open: once receipts are taken, a credit of more than that will first put them on account.
    Raises NotFromRating, WorkOrderNotOnInvoice, LineNotOnInvoice, MoreThanLeft, NothingToCredit.
    Source: receivables, sections 2.6 and 4.
    """
    if invoice.rating_invoice_id is None:
        raise NotFromRating(f"Invoice {invoice.invoice_number} did not come from rating.")
    if request.lines is not None:
        wanted = _chosen_lines(invoice, lines, request.lines)
    else:
        wanted = [(one, one.remaining) for one in _chosen_orders(invoice, lines, request.work_order_ids)]
    taken = [
        CreditedLine(one, amount, share(amount, one.remaining, one.remaining_tax)) for one, amount in wanted if amount
    ]
    if not taken:
        raise NothingToCredit(f"Nothing is left to credit of what you chose on invoice {invoice.invoice_number}.")
    return taken


def _chosen_orders(
    invoice: Invoice, lines: Sequence[InvoiceLine], chosen: Sequence[int] | None
) -> Sequence[InvoiceLine]:
    if chosen is None:
        return lines
    missing = set(chosen) - {line.work_order_id for line in lines}
    if missing:
        raise WorkOrderNotOnInvoice(
            f"Invoice {invoice.invoice_number} has no line of work order {', '.join(map(str, sorted(missing)))}."
        )
    return [one for one in lines if one.work_order_id in chosen]


def _chosen_lines(
    invoice: Invoice, lines: Sequence[InvoiceLine], chosen: Sequence[WantedLine]
) -> list[tuple[InvoiceLine, Decimal]]:
    by_number = {one.line: one for one in lines}
    absent = [
        Fault(f"/lines/{index}/line", f"the invoice has no line {one.line}")
        for index, one in enumerate(chosen)
        if one.line not in by_number
    ]
    if absent:
        raise LineNotOnInvoice(f"Invoice {invoice.invoice_number} does not have all of these lines.", faults=absent)
    wanted = [(by_number[one.line], one.amount) for one in chosen]
    beyond = [
        Fault(f"/lines/{index}/amount", f"between 0.00 and the {line.remaining} that are left of line {line.line}")
        for index, (line, amount) in enumerate(wanted)
        if amount is not None and not _within(amount, line.remaining)
    ]
    if beyond:
        raise MoreThanLeft(f"More than is left of invoice {invoice.invoice_number} cannot be credited.", faults=beyond)
    return [(line, line.remaining if amount is None else amount) for line, amount in wanted]


def _within(amount: Decimal, remaining: Decimal) -> bool:
    """Whether an amount has the sign of what is left, and is no larger."""
    return min(ZERO, remaining) <= amount <= max(ZERO, remaining)


def credited_orders(lines: Sequence[InvoiceLine], credited: Sequence[CreditedLine]) -> list[CreditedOrder]:
    """What the credit takes from each work order that it touches, and what it leaves of it; net.

    Example: an order with lines 90.00 and 195.00, 200.00 credited: credited 200.00, remaining 85.00.
    """
    taken: dict[int, Decimal] = defaultdict(lambda: ZERO)
    for one in credited:
        if one.line.work_order_id is not None:
            taken[one.line.work_order_id] += one.net
    billed: dict[int, Decimal] = defaultdict(lambda: ZERO)
    named: dict[int, InvoiceLine] = {}
    for line in lines:
        if line.work_order_id in taken:
            billed[line.work_order_id] += line.uncredited
            named[line.work_order_id] = line
    return [
        CreditedOrder(
            work_order_id,
            named[work_order_id].work_order_number or "",
            named[work_order_id].work_order_version or 0,
            named[work_order_id].work_order_attempt or 0,
            taken[work_order_id],
            billed[work_order_id] - taken[work_order_id],
        )
        for work_order_id in sorted(taken)
    ]


def size_of(credited: Sequence[CreditedLine]) -> Decimal:
    """How much a credit takes; signs of lines do not lessen it."""
    return sum((abs(one.amount) for one in credited), ZERO)


def require_disposition(orders: Sequence[CreditedOrder], disposition: Disposition | None) -> None:
    """Raises DispositionMissing or DispositionUnneeded: it is needed exactly when a work order comes to zero.

    That is so also for the last of several partial credits. Source: receivables, section 2.19.
    """
    gone = [one.number for one in orders if one.remaining == ZERO]
    if gone and disposition is None:
        raise DispositionMissing(
            f"This credit brings work order {', '.join(gone)} to zero: say whether it is to be rated again (rerate) "
            "or taken out (close).",
            faults=[Fault("/disposition", "rerate or close")],
        )
    if disposition is not None and not gone:
        left = ", ".join(f"{one.remaining} of {one.number}" for one in orders)
        raise DispositionUnneeded(
            f"This credit leaves {left}: a work order stays as it is until credits bring it to zero.",
            faults=[Fault("/disposition", "must be left out")],
        )


def post_credit(
    invoice: Invoice, credited: Sequence[CreditedLine], request: WantedCredit, transaction_id: int
) -> Posting:
    """The credit memo: each line the mirror of what it takes of the line it applies to, with its tax.

    It takes the invoice's number and receivable type, and each line the accounts of the line that it credits.
    """
    lines = [
        NewLine(
            transaction_id=transaction_id,
            line=position,
            description=one.line.description,
            gl_account=one.line.gl_account,
            quantity=ZERO,
            unit_rate=one.line.unit_rate,
            amount=-one.amount,
            tax=-one.tax,
            taxable=one.line.taxable,
            work_order_id=one.line.work_order_id,
            work_order_number=one.line.work_order_number,
            work_order_version=one.line.work_order_version,
            work_order_attempt=one.line.work_order_attempt,
            applies_to_id=invoice.id,
            applies_to_line=one.line.line,
            tax_code=one.line.tax_code,
            tax_basis=-one.net if one.line.tax_code else ZERO,
            tax_account=one.line.tax_account,
        )
        for position, one in enumerate(credited, start=1)
    ]
    rows = distribute_lines(lines, invoice.ar_account)
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
        applies_to_id=invoice.id,
        disposition=request.disposition,
        reason=request.reason,
        **sums_of(lines, rows),
    )
    return Posting([memo], lines, rows)
