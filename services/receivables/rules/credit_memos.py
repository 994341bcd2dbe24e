"""Credits of exported invoices: what a credit takes from each line, and what it leaves of each work order."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Protocol
from uuid import UUID

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
from services.receivables.rules.months import MOST_MONTHS_APART, is_far_from
from services.receivables.rules.posting import NewLine, NewTransaction, Posting, distribute_lines, sums_of
from shared.contracts.invoice_credited import Disposition
from shared.errors import Fault
from shared.values.money import ZERO, Money


@dataclass(frozen=True)
class Invoice:
    """A posted invoice that is credited."""

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
    invoice_date: date
    total: Decimal
    run_id: int | None
    run_uuid: UUID | None
    rating_invoice_id: int | None
    rating_attempt: int | None


@dataclass(frozen=True)
class CreditWarning:
    """What looks wrong with a credit and does not keep it from being posted: the field, the rule, and a sentence."""

    field: str
    rule: str
    detail: str


@dataclass(frozen=True)
class InvoiceLine:
    """A line of a posted invoice, with what is left of it.

    `remaining` is its amount with tax less everything applied to it, and `remaining_tax` is the tax in that.
    `uncredited` is its net amount less its net credits, which is what still counts as billed of its work order.
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
class CreditDraftLine:
    """A line to credit, and how much of it, including tax and always positive. Without it, everything that is left."""

    line: int
    amount: Money | None


@dataclass(frozen=True)
class CreditedLine:
    """What a credit takes from a line. `amount` includes `tax`; both have the sign of the line."""

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
class CreditDraft:
    """The credit that a clerk asks for: the whole invoice, some of its work orders, or some of its lines.

    At most one of `work_order_ids` and `lines` is given.
    """

    work_order_ids: Sequence[int] | None
    lines: Sequence[CreditDraftLine] | None
    disposition: Disposition | None
    reason: str
    month: str
    credit_date: date
    credited_by: str


def lines_to_credit(
    invoice: Invoice, lines: Sequence[InvoiceLine], request: CreditDraft, total: Decimal
) -> list[CreditedLine]:
    """What the credit takes from each chosen line: the amount given for it, or everything that is left of it.

    What is left of a line is what is open. `total` is what is open of the whole invoice, and no credit takes more than
    that, whatever its lines allow. Example: of a line of 108.25 with tax 8.25, a credit of 54.13 takes tax 4.13; an
    invoice of 60.00 and −45.00 takes at most 15.00. Source: receivables, sections 2.6 and 4.
    Raises NotFromRating, WorkOrderNotOnInvoice, LineNotOnInvoice, MoreThanLeft or NothingToCredit.
    """
    if invoice.rating_invoice_id is None:
        raise NotFromRating(
            f"Invoice {invoice.invoice_number} did not come from rating. Enter its credit memo in a batch."
        )
    if request.lines is not None:
        amounts = _chosen_lines(invoice, lines, request.lines)
    else:
        amounts = [(line, line.remaining) for line in _chosen_orders(invoice, lines, request.work_order_ids)]
    credited = [
        CreditedLine(line, amount, share(amount, line.remaining, line.remaining_tax))
        for line, amount in amounts
        if amount
    ]
    if not credited:
        raise NothingToCredit(f"There is nothing left to credit on these lines of invoice {invoice.invoice_number}.")
    taken = sum((line.amount for line in credited), ZERO)
    if taken > max(total, ZERO):
        chosen = "lines" if request.lines is not None else "work_order_ids"
        detail = f"come to {taken}, but only {total} is open on the invoice"
        raise MoreThanLeft(
            f"This credit takes {taken} of invoice {invoice.invoice_number}, which has {total} open. "
            "Credit less, or the lines below zero with it.",
            faults=[Fault(f"/{chosen}", detail)],
        )
    return credited


class _Dated(Protocol):
    """An invoice that something is applied to."""

    @property
    def invoice_number(self) -> str: ...
    @property
    def invoice_date(self) -> date: ...


def date_warnings(invoice: _Dated, field: str, day: date, month: str) -> list[CreditWarning]:
    """The warnings about the date of what is applied to an invoice: before that of its invoice, or far from its month.

    `field` is where the date was entered. Example: a credit of 2026-10-31 on an invoice of 2026-11-20 warns.
    """
    found = []
    if day < invoice.invoice_date:
        detail = f"{day} is before {invoice.invoice_date}, the date of invoice {invoice.invoice_number}"
        found.append(CreditWarning(field, "DATED_BEFORE_INVOICE", detail))
    if is_far_from(day, month):
        detail = f"{day} is more than {MOST_MONTHS_APART} months from {month}"
        found.append(CreditWarning(field, "DATE_FAR_FROM_MONTH", detail))
    return found


def _chosen_orders(
    invoice: Invoice, lines: Sequence[InvoiceLine], chosen: Sequence[int] | None
) -> Sequence[InvoiceLine]:
    if chosen is None:
        return lines
    missing = set(chosen) - {line.work_order_id for line in lines}
    if missing:
        raise WorkOrderNotOnInvoice(
            f"Invoice {invoice.invoice_number} has no lines for work order {', '.join(map(str, sorted(missing)))}."
        )
    return [line for line in lines if line.work_order_id in chosen]


def _chosen_lines(
    invoice: Invoice, lines: Sequence[InvoiceLine], chosen: Sequence[CreditDraftLine]
) -> list[tuple[InvoiceLine, Decimal]]:
    by_number = {line.line: line for line in lines}
    absent = [
        Fault(f"/lines/{index}/line", f"the invoice has no line {choice.line}")
        for index, choice in enumerate(chosen)
        if choice.line not in by_number
    ]
    if absent:
        raise LineNotOnInvoice(
            f"Invoice {invoice.invoice_number} does not have all of these lines; see `errors`.", faults=absent
        )
    amounts = [(by_number[choice.line], choice.amount) for choice in chosen]
    beyond = [
        Fault(
            f"/lines/{index}/amount",
            f"must be between 0.00 and {abs(line.remaining)}, which is left of line {line.line}",
        )
        for index, (line, amount) in enumerate(amounts)
        if amount is not None and not ZERO <= amount <= abs(line.remaining)
    ]
    if beyond:
        raise MoreThanLeft(
            f"This credit takes more than is left on invoice {invoice.invoice_number}; see `errors`.", faults=beyond
        )
    # The amount of a line below zero is entered positive, too, and takes from what it reduces.
    return [(line, line.remaining if amount is None else amount.copy_sign(line.remaining)) for line, amount in amounts]


def credited_orders(lines: Sequence[InvoiceLine], credited: Sequence[CreditedLine]) -> list[CreditedOrder]:
    """What the credit takes from each work order, and what it leaves of it. Amounts are net.

    Example: of an order with lines of 90.00 and 195.00, a credit of 200.00 leaves 85.00.
    """
    taken: dict[int, Decimal] = defaultdict(lambda: ZERO)
    for credited_line in credited:
        if credited_line.line.work_order_id is not None:
            taken[credited_line.line.work_order_id] += credited_line.net
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
    """The size of a credit: the sum of the absolute amounts of its lines. Lines of 50.00 and −20.00 make 70.00."""
    return sum((abs(line.amount) for line in credited), ZERO)


def numbers_at_zero(orders: Sequence[CreditedOrder]) -> list[str]:
    """The numbers of the work orders that a credit brings to zero, alone or with earlier credits."""
    return [order.number for order in orders if order.remaining == ZERO]


def require_disposition(orders: Sequence[CreditedOrder], disposition: Disposition | None) -> None:
    """A credit needs a disposition exactly if it brings a work order to zero, alone or with earlier credits.

    Raises DispositionMissing or DispositionUnneeded. Source: receivables, section 2.19.
    """
    at_zero = numbers_at_zero(orders)
    if at_zero and disposition is None:
        raise DispositionMissing(
            f"This credit brings work order {', '.join(at_zero)} to zero. Say whether to rate it again (rerate) "
            "or close it (close).",
            faults=[Fault("/disposition", "must be rerate or close")],
        )
    if disposition is not None and not at_zero:
        left = ", ".join(f"{order.remaining} of {order.number}" for order in orders)
        raise DispositionUnneeded(
            f"This credit leaves {left}. Leave the disposition out: it applies only when a work order comes to zero.",
            faults=[Fault("/disposition", "must be left out")],
        )


def post_credit(
    invoice: Invoice, credited: Sequence[CreditedLine], request: CreditDraft, transaction_id: int
) -> Posting:
    """The credit memo. Each of its lines has the opposite sign of what it takes from the invoice's line, tax included.

    The memo has the number and the receivable type of the invoice, and each line the accounts of the line it credits.
    Example: crediting a line of 102.84 with tax 7.84 in full posts a line of −102.84 with tax −7.84.
    """
    lines = [
        NewLine(
            transaction_id=transaction_id,
            line=position,
            description=credit.line.description,
            gl_account=credit.line.gl_account,
            quantity=ZERO,
            unit_rate=credit.line.unit_rate,
            amount=-credit.amount,
            tax=-credit.tax,
            taxable=credit.line.taxable,
            work_order_id=credit.line.work_order_id,
            work_order_number=credit.line.work_order_number,
            work_order_version=credit.line.work_order_version,
            work_order_attempt=credit.line.work_order_attempt,
            applies_to_id=invoice.id,
            applies_to_line=credit.line.line,
            tax_code=credit.line.tax_code,
            tax_basis=-credit.net if credit.line.tax_code else ZERO,
            tax_account=credit.line.tax_account,
        )
        for position, credit in enumerate(credited, start=1)
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
