"""What a line posts to the general ledger, and at which detail the ledger receives it."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from services.receivables.records.ar_companies import GlInterfaceLevel
from services.receivables.rules.entries.amounts import Amounts
from shared.values.fields import light
from shared.values.money import Money

_ZERO = Decimal("0.00")


class Distribution(NamedTuple):
    """One GL row in the company's currency: either debit or credit is positive, and the other is 0.

    A tuple, because a chunk of an export has thousands, and a dataclass takes three times as long to make.
    """

    account: str
    debit: Decimal
    credit: Decimal


@light
@dataclass(frozen=True, slots=True)
class LineAccounts:
    """The accounts that the parts of a line post to.

    `counter` is the other side of AR: revenue or the write-off account.
    Tax held back with retainage goes to `retainage_tax`, which is the tax account unless the company distributes it.
    `charge_counter` is the other side of the finance-charge receivable: its revenue or its write-off account.
    """

    receivable: str
    counter: str
    tax: str | None = None
    retainage: str | None = None
    retainage_tax: str | None = None
    charge: str | None = None
    charge_counter: str | None = None


def distribute(line: Amounts, accounts: LineAccounts) -> tuple[Distribution, ...]:
    """The GL rows of a line. A positive line debits AR and credits revenue; a negative one does the opposite.

    A credit memo has negative lines, so it debits revenue and credits AR. A write-off debits the write-off account, and
    undoing it credits that account. Nothing is posted for 0.00, and parts with the same account share a row. Example:
    1,050.00 with tax 50.00, of which 100.00 and tax 5.00 are held back, posts debits of 945.00 to AR and 105.00 to
    retainage, and credits of 1,000.00 to revenue and 50.00 to tax. Source: receivables, sections 2.14 and 3.
    """
    # Positive amounts are debits. AR, retainage and finance charge add up to the whole line; the counter accounts
    # below take the opposite sign, so that all rows together are zero.
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
            assert account is not None, f"part of a line has no account: {line}"
            merged[account, amount > 0] += amount
    return tuple(
        Distribution(account, amount, _ZERO) if debited else Distribution(account, _ZERO, -amount)
        for (account, debited), amount in sorted(merged.items(), key=lambda one: not one[0][1])
    )


def distribute_net(amount: Decimal, receivable: str, counter: str) -> tuple[Distribution, ...]:
    """The GL rows of a line with only a net amount: the same as from `distribute`, but faster.

    Nearly all lines that rating exports are like this, with thousands in a chunk.
    """
    if not amount:
        return ()
    if amount > 0:
        return Distribution(receivable, amount, _ZERO), Distribution(counter, _ZERO, amount)
    return Distribution(counter, -amount, _ZERO), Distribution(receivable, _ZERO, -amount)


@dataclass(frozen=True, slots=True)
class LedgerRow:
    """A GL row of a line, of a whole entry (`line` is null), or of the whole batch (`seq` is null too)."""

    seq: int | None
    line: int | None
    account: str
    debit: Money
    credit: Money


def at_level(rows: Sequence[LedgerRow], level: GlInterfaceLevel) -> list[LedgerRow]:
    """The rows of a batch at the company's GL interface level.

    `line` keeps the rows as they are, `transaction` has one row per entry, account and side, and `summary` has one row
    per account and side. Debits and credits are never netted, so each side has the same sum at every level.
    Example: credits of 60.00 and 40.00 to account 4000 in one entry are one credit of 100.00 at level `transaction`.
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
