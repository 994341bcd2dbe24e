"""Owns what a line posts to the general ledger, and how much of it the ledger is told."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from services.receivables.records.ar_companies import GlInterfaceLevel
from services.receivables.rules.entries.amounts import Amounts
from shared.values.money import Money

_ZERO = Decimal("0.00")


@dataclass(frozen=True, slots=True)
class Distribution:
    """One GL row: either debit or credit is 0, the other positive, in the company's currency."""

    account: str
    debit: Decimal
    credit: Decimal


@dataclass(frozen=True, slots=True)
class LineAccounts:
    """Where the parts of a line go. `counter` is what stands against AR: revenue, or the write-off account.

    Tax held back with retainage goes to `retainage_tax`, which is the tax account unless the company distributes it.
    `charge_counter` stands against the finance-charge receivable: its revenue, or its write-off account.
    """

    receivable: str
    counter: str
    tax: str | None = None
    retainage: str | None = None
    retainage_tax: str | None = None
    charge: str | None = None
    charge_counter: str | None = None


def distribute(line: Amounts, accounts: LineAccounts) -> tuple[Distribution, ...]:
    """The GL rows of a line: an invoice line debits AR and credits revenue, a negative one the other way round.

    So a credit memo, whose lines are negative, debits revenue and credits AR, a write-off debits the write-off account,
    and undoing one credits it. Nothing is posted for 0.00; parts that share an account are one row.
    Example: 1,050.00 with tax 50.00, of which 100.00 and tax 5.00 are held back → AR debit 945.00, retainage debit
    105.00, revenue credit 1,000.00, tax credit 50.00. Source: receivables, sections 2.14 and 3.
    """
    signed = (
        (accounts.receivable, line.receivable),
        (accounts.retainage, line.held_back),
        (accounts.charge, line.finance_charge),
        (accounts.counter, line.tax + line.finance_charge - line.amount),
        (accounts.tax, line.retainage_tax - line.tax),
        (accounts.retainage_tax, -line.retainage_tax),
        (accounts.charge_counter, -line.finance_charge),
    )
    merged: dict[tuple[str, bool], Decimal] = defaultdict(lambda: _ZERO)
    for account, amount in signed:
        if amount:
            assert account is not None, f"a part of a line has no account: {line}"
            merged[account, amount > 0] += amount
    return tuple(
        Distribution(account, amount, _ZERO) if debited else Distribution(account, _ZERO, -amount)
        for (account, debited), amount in sorted(merged.items(), key=lambda one: not one[0][1])
    )


def distribute_net(amount: Decimal, receivable: str, counter: str) -> tuple[Distribution, ...]:
    """The GL rows of a line that is a net amount and nothing else: the same as `distribute` gives, sooner.

    Nearly all lines that rating exports are such, thousands in a chunk.
    """
    if not amount:
        return ()
    if amount > 0:
        return Distribution(receivable, amount, _ZERO), Distribution(counter, _ZERO, amount)
    return Distribution(counter, -amount, _ZERO), Distribution(receivable, _ZERO, -amount)


@dataclass(frozen=True, slots=True)
class LedgerRow:
    """A GL row: of a line, with `line` null of a whole entry, with `seq` null of the whole batch."""

    seq: int | None
    line: int | None
    account: str
    debit: Money
    credit: Money


def at_level(rows: Sequence[LedgerRow], level: GlInterfaceLevel) -> list[LedgerRow]:
    """The rows of a batch at the company's GL interface level: `line` as they are, `transaction` one row a seq, account
    and side, `summary` one row an account and side.

    Debits and credits are never netted against each other, so that both sides add up to the same at every level.
    """
    if level == "line":
        return list(rows)
    sums: dict[tuple[int | None, str, bool], Decimal] = defaultdict(lambda: _ZERO)
    for row in rows:
        seq = row.seq if level == "transaction" else None
        sums[seq, row.account, row.debit > 0] += row.debit + row.credit
    return [
        LedgerRow(seq, None, account, amount if debited else _ZERO, _ZERO if debited else amount)
        for (seq, account, debited), amount in sums.items()
    ]
