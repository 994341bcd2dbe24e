"""Automatic write-offs: which invoices are written off, how much of each line, and why others are skipped."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final, Literal

from services.receivables.rules.entries.facts import AppliedLine
from shared.values.money import ZERO, round_cents

WriteOffKind = Literal["invoice_balance", "account_balance", "finance_charges"]
INVOICE_BALANCE: Final = "invoice_balance"
ACCOUNT_BALANCE: Final = "account_balance"
FINANCE_CHARGES: Final = "finance_charges"

Spread = Literal["all_lines", "from_line_1"]
ALL_LINES: Final = "all_lines"
FROM_LINE_1: Final = "from_line_1"


@dataclass(frozen=True)
class Criteria:
    """What to write off: invoices dated from `start_on` and before `older_than` that match the filters.

    `invoice_balance` and `account_balance` write off balances up to `limit`. `finance_charges` writes off all charges
    if `amount` is 0, an amount that starts with line 1 of each invoice, or a `percent` of the charges due, taken from
    `all_lines` or `from_line_1`.
    """

    kind: WriteOffKind
    ar_company: int
    older_than: date
    start_on: date | None = None
    customers: Sequence[str] | None = None
    receivable_types: Sequence[int] | None = None
    contracts: Sequence[str] | None = None
    limit: Decimal | None = None
    amount: Decimal | None = None
    percent: Decimal | None = None
    spread: Spread = ALL_LINES


@dataclass(frozen=True)
class Candidate:
    """A posted invoice that matches the dates and filters. `held_by` is the title of a batch that changes it."""

    id: int
    number: str
    customer: str
    invoice_date: date
    held_by: str | None
    lines: Sequence[AppliedLine]

    @property
    def due(self) -> Decimal:
        """The amount due on the invoice, with retainage and without on-account credits."""
        return sum((line.open.amount for line in self.lines), ZERO)


@dataclass(frozen=True)
class Take:
    """The amount written off on a line, and the finance charge in it."""

    line: int
    amount: Decimal
    finance_charge: Decimal | None = None


@dataclass(frozen=True)
class WrittenOff:
    """An invoice with the amounts written off on its lines."""

    candidate: Candidate
    takes: Sequence[Take]

    @property
    def amount(self) -> Decimal:
        return sum((take.amount for take in self.takes), ZERO)


@dataclass(frozen=True)
class Skipped:
    """An invoice that is not written off, and why."""

    candidate: Candidate
    reason: str


@dataclass(frozen=True)
class Choice:
    """What would be written off, and what is skipped."""

    taken: Sequence[WrittenOff]
    skipped: Sequence[Skipped]


def choose(criteria: Criteria, candidates: Sequence[Candidate]) -> Choice:
    """Decides which candidates are written off. Balances of 0 and less are skipped. Source: receivables, section 5."""
    eligible: list[Candidate] = []
    skipped: list[Skipped] = []
    for candidate in candidates:
        if candidate.held_by:
            skipped.append(Skipped(candidate, f"a transaction of the invoice is in {candidate.held_by}"))
        elif candidate.due <= 0:
            skipped.append(Skipped(candidate, "nothing is due"))
        else:
            eligible.append(candidate)
    if criteria.kind == FINANCE_CHARGES:
        taken, rest = _by_charges(criteria, eligible)
    else:
        taken, rest = _by_balance(criteria, eligible)
    return Choice(taken, [*skipped, *rest])


def _by_balance(criteria: Criteria, candidates: Sequence[Candidate]) -> tuple[list[WrittenOff], list[Skipped]]:
    assert criteria.limit is not None
    by_customer: dict[str, Decimal] = {}
    for candidate in candidates:
        by_customer[candidate.customer] = by_customer.get(candidate.customer, ZERO) + candidate.due
    taken: list[WrittenOff] = []
    skipped: list[Skipped] = []
    for candidate in candidates:
        due = by_customer[candidate.customer] if criteria.kind == ACCOUNT_BALANCE else candidate.due
        if due <= criteria.limit:
            taken.append(WrittenOff(candidate, _whole(candidate)))
        else:
            owed = f"customer {candidate.customer} owes {due}" if criteria.kind == ACCOUNT_BALANCE else f"{due} is due"
            skipped.append(Skipped(candidate, f"{owed}, more than the limit of {criteria.limit}"))
    return taken, skipped


def _whole(candidate: Candidate) -> list[Take]:
    return [Take(line.line, line.open.amount) for line in candidate.lines if line.open.amount]


def _by_charges(criteria: Criteria, candidates: Sequence[Candidate]) -> tuple[list[WrittenOff], list[Skipped]]:
    taken: list[WrittenOff] = []
    skipped: list[Skipped] = []
    for candidate in candidates:
        due = {line.line: charge_due(line) for line in candidate.lines}
        # Lines below zero can leave less due on the invoice than the charges come to.
        amounts = _from_line_1(spread_charges(due, criteria), candidate.due)
        takes = [Take(line, amount, amount) for line, amount in amounts.items() if amount > 0]
        if takes:
            taken.append(WrittenOff(candidate, takes))
        else:
            skipped.append(Skipped(candidate, "no finance charge is due"))
    return taken, skipped


def charge_due(line: AppliedLine) -> Decimal:
    """How much of a line's finance charge can be written off: no more than what is due on it without retainage.

    Example: a charge of 36.00 on a line with 20.00 due, none of it retainage, gives 20.00.
    """
    due = line.open
    return max(min(due.finance_charge, due.amount - due.held_back), ZERO)


def spread_charges(due: Mapping[int, Decimal], criteria: Criteria) -> dict[int, Decimal]:
    """How much of the charge on each line is written off.

    Example: with 36.00, 27.00 and 42.00 due, 50 % of all lines is 18.00, 13.50 and 21.00, and 50 % from line 1 is
    36.00, 16.50 and 0.00. An amount starts with line 1; an amount of 0 writes off everything due. Source: receivables,
    section 5.
    """
    ordered = dict(sorted(due.items()))
    if criteria.percent is None:
        return ordered if not criteria.amount else _from_line_1(ordered, criteria.amount)
    if criteria.spread == FROM_LINE_1:
        return _from_line_1(ordered, round_cents(sum(ordered.values(), ZERO) * criteria.percent / 100))
    return {line: round_cents(amount * criteria.percent / 100) for line, amount in ordered.items()}


def _from_line_1(due: Mapping[int, Decimal], amount: Decimal) -> dict[int, Decimal]:
    left = amount
    taken = {}
    for line, charge in due.items():
        taken[line] = min(charge, left)
        left -= taken[line]
    return taken
