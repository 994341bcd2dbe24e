"""Owns automatic write-offs: which invoices they take, how much of each line, and why others are left alone."""

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
    """What to write off: invoices dated before `older_than` and not before `start_on`, within the filters.

    By `invoice_balance` or `account_balance` up to `limit`; or `finance_charges`: all of them with an `amount` of 0, an
    amount spread from line 1 of each invoice, or a `percent` of what is due, of `all_lines` or `from_line_1`.
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
    """A posted invoice that fits dates and filters, with its lines; `held_by` names a batch that holds it."""

    id: int
    number: str
    customer: str
    invoice_date: date
    held_by: str | None
    lines: Sequence[AppliedLine]

    @property
    def due(self) -> Decimal:
        """What is due of it, retainage included; on-account credits have no part in it."""
        return sum((line.open.amount for line in self.lines), ZERO)


@dataclass(frozen=True)
class Take:
    """What is written off of a line: an amount, and the finance charge in it."""

    line: int
    amount: Decimal
    finance_charge: Decimal | None = None


@dataclass(frozen=True)
class WrittenOff:
    """An invoice with what is written off of it."""

    candidate: Candidate
    takes: Sequence[Take]

    @property
    def amount(self) -> Decimal:
        return sum((one.amount for one in self.takes), ZERO)


@dataclass(frozen=True)
class Skipped:
    candidate: Candidate
    reason: str


@dataclass(frozen=True)
class Choice:
    """What would be written off, and what is left alone and why."""

    taken: Sequence[WrittenOff]
    skipped: Sequence[Skipped]


def choose(criteria: Criteria, candidates: Sequence[Candidate]) -> Choice:
    """Decides about each candidate; balances of 0 and less are left alone. Source: receivables, section 5."""
    free: list[Candidate] = []
    skipped: list[Skipped] = []
    for one in candidates:
        reason = f"is held by {one.held_by}" if one.held_by else "nothing is due" if one.due <= 0 else None
        if reason is None:
            free.append(one)
        else:
            skipped.append(Skipped(one, reason))
    if criteria.kind == FINANCE_CHARGES:
        taken, rest = _by_charges(criteria, free)
    else:
        taken, rest = _by_balance(criteria, free)
    return Choice(taken, [*skipped, *rest])


def _by_balance(criteria: Criteria, candidates: Sequence[Candidate]) -> tuple[list[WrittenOff], list[Skipped]]:
    assert criteria.limit is not None
    sums: dict[str, Decimal] = {}
    for one in candidates:
        sums[one.customer] = sums.get(one.customer, ZERO) + one.due
    taken: list[WrittenOff] = []
    skipped: list[Skipped] = []
    for one in candidates:
        due = sums[one.customer] if criteria.kind == ACCOUNT_BALANCE else one.due
        if due <= criteria.limit:
            taken.append(WrittenOff(one, _whole(one)))
        else:
            whose = f"customer {one.customer}" if criteria.kind == ACCOUNT_BALANCE else "it"
            skipped.append(Skipped(one, f"{due} are due of {whose}, more than {criteria.limit}"))
    return taken, skipped


def _whole(candidate: Candidate) -> list[Take]:
    return [Take(line.line, line.open.amount) for line in candidate.lines if line.open.amount]


def _by_charges(criteria: Criteria, candidates: Sequence[Candidate]) -> tuple[list[WrittenOff], list[Skipped]]:
    taken: list[WrittenOff] = []
    skipped: list[Skipped] = []
    for one in candidates:
        due = {line.line: charge_due(line) for line in one.lines}
        amounts = spread_charges(due, criteria)
        takes = [Take(line, amount, amount) for line, amount in amounts.items() if amount > 0]
        if takes:
            taken.append(WrittenOff(one, takes))
        else:
            skipped.append(Skipped(one, "no finance charge is due"))
    return taken, skipped


def charge_due(line: AppliedLine) -> Decimal:
    """What can be written off of a line's finance charge: the smaller of it and of what is due without retainage."""
    due = line.open
    return max(min(due.finance_charge, due.amount - due.held_back), ZERO)


def spread_charges(due: Mapping[int, Decimal], criteria: Criteria) -> dict[int, Decimal]:
    """How much of each line's charge is written off.

    With 36.00, 27.00 and 42.00 due and 50 %: 18.00, 13.50 and 21.00 of all lines; from line 1 36.00, 16.50 and 0.00.
    An amount is spread from line 1; 0 takes all that is due. Source: receivables, section 5.
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
    for line, most in due.items():
        taken[line] = min(most, left)
        left -= taken[line]
    return taken
