"""What a credit would do, before it is posted."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated

from pydantic import Field

from services.receivables.records.ar_companies import ArCompany
from services.receivables.rules.credit_memos import (
    CreditDraft,
    CreditedLine,
    CreditedOrder,
    CreditWarning,
    Invoice,
    date_warnings,
    numbers_at_zero,
    post_credit,
    size_of,
)
from services.receivables.rules.credit_requests import needs_approval
from services.receivables.rules.posting import NewDistribution, NewLine
from shared.values.money import ZERO, Money


@dataclass(frozen=True)
class TrialLine:
    """What the credit would take from a line of the invoice, and what it would leave of it; both include tax."""

    line: int
    description: str
    work_order_number: str | None
    credited: Money
    tax: Money
    remaining: Money


@dataclass(frozen=True)
class TrialOrder:
    """What the credit would take from a work order and leave of it, without tax. At zero, it needs a disposition."""

    work_order_id: int
    work_order_number: str
    credited: Money
    remaining: Money


@dataclass(frozen=True)
class TrialDistribution:
    """A GL row that the credit memo would have."""

    account: str
    debit: Money
    credit: Money


@dataclass(frozen=True)
class Change:
    """An amount now, and after the credit."""

    before: Money
    after: Money


@dataclass(frozen=True)
class CreditTrial:
    """What the credit would do if it were posted now. Nothing is stored.

    With `needs_approval` it would become a request, and change nothing until someone else approves it. With
    `needs_disposition` it has to say what happens to the work orders that come to zero. `exposure` is what the customer
    owes on open invoices and rated work; null if you may not see what customers owe.
    """

    credited: Annotated[Money, Field(description="What it takes from the invoice, with tax.")]
    tax: Annotated[Money, Field(description="The tax in that.")]
    lines: Annotated[Sequence[TrialLine], Field(description="What it takes from each line.")]
    orders: Annotated[Sequence[TrialOrder], Field(description="What it takes from each work order.")]
    distributions: Annotated[Sequence[TrialDistribution], Field(description="The GL rows of the credit memo.")]
    applied: Annotated[Change, Field(description="What is applied to the invoice.")]
    open: Annotated[Change, Field(description="What is open of the invoice.")]
    exposure: Annotated[Change | None, Field(description="What the customer owes on open invoices and rated work.")]
    needs_approval: Annotated[bool, Field(description="Whether someone else has to approve it.")]
    needs_disposition: Annotated[bool, Field(description="Whether a work order comes to zero.")]
    warnings: Sequence[CreditWarning]


@dataclass(frozen=True)
class Standing:
    """What is applied to an invoice and open of it, and what its customer owes, as far as the caller may see it."""

    applied: Decimal
    open: Decimal
    exposure: Decimal | None


def try_credit(
    invoice: Invoice,
    company: ArCompany,
    draft: CreditDraft,
    credited: Sequence[CreditedLine],
    orders: Sequence[CreditedOrder],
    standing: Standing,
) -> CreditTrial:
    """What this credit would do, by the rules that post it.

    Example: a credit of 45.00 of an invoice of 121.00 without other credits changes what is open from 121.00 to 76.00
    and what the customer owes by 45.00. A rerate adds to what is owed again only when the order is rated.
    Source: receivables, sections 2.19 and 2.20.
    """
    posting = post_credit(invoice, credited, draft, 0)
    taken = sum((line.amount for line in credited), ZERO)
    return CreditTrial(
        credited=taken,
        tax=sum((line.tax for line in credited), ZERO),
        lines=[_line(line, posted) for line, posted in zip(credited, posting.lines, strict=True)],
        orders=[TrialOrder(one.work_order_id, one.number, one.credited, one.remaining) for one in orders],
        distributions=[_distribution(row) for row in posting.distributions],
        applied=Change(standing.applied, standing.applied - taken),
        open=Change(standing.open, standing.open - taken),
        exposure=None if standing.exposure is None else Change(standing.exposure, standing.exposure - taken),
        needs_approval=needs_approval(size_of(credited), company.four_eyes_limit),
        needs_disposition=bool(numbers_at_zero(orders)),
        warnings=date_warnings(invoice, "credit_date", draft.credit_date, draft.month),
    )


def _line(credited: CreditedLine, posted: NewLine) -> TrialLine:
    line = credited.line
    return TrialLine(
        line.line,
        line.description,
        line.work_order_number,
        -posted.amount,
        -posted.tax,
        line.remaining + posted.amount,
    )


def _distribution(row: NewDistribution) -> TrialDistribution:
    return TrialDistribution(row.account, row.debit, row.credit)
