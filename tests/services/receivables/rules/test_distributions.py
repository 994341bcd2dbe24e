"""What lines post to the general ledger: each kind of event, and that everything balances at every level."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.receivables.records.ar_companies import GlInterfaceLevel
from services.receivables.rules.distributions import LedgerRow, LineAccounts, at_level, distribute
from services.receivables.rules.entries.amounts import Amounts

INVOICE = LineAccounts("AR", "REVENUE", "TAX", "RETAINAGE", "TAX", "CHARGE", "CHARGE REVENUE")
DISTRIBUTED = LineAccounts("AR", "REVENUE", "TAX", "RETAINAGE", "RETAINAGE TAX", "CHARGE", "CHARGE REVENUE")
WRITE_OFF = LineAccounts("AR", "WRITE-OFF", "TAX", "RETAINAGE", "TAX", "CHARGE", "CHARGE WRITE-OFF")


def amounts(*values: str) -> Amounts:
    return Amounts(*map(Decimal, values))


RETAINED = ("1050", "50", "100", "5")


@pytest.mark.parametrize(
    ("event", "line", "accounts", "debits", "credits_"),
    [
        ("invoice", amounts("105", "5"), INVOICE, {"AR": 105}, {"REVENUE": 100, "TAX": 5}),
        ("retainage, full", amounts(*RETAINED), INVOICE, {"AR": 945, "RETAINAGE": 105}, {"REVENUE": 1000, "TAX": 50}),
        (
            "retainage, distribute",
            amounts(*RETAINED),
            DISTRIBUTED,
            {"AR": 945, "RETAINAGE": 105},
            {"REVENUE": 1000, "TAX": 45, "RETAINAGE TAX": 5},
        ),
        (
            "retainage, off",
            amounts("1045", "45", "100"),
            INVOICE,
            {"AR": 945, "RETAINAGE": 100},
            {"REVENUE": 1000, "TAX": 45},
        ),
        (
            "credit memo",
            -amounts(*RETAINED),
            INVOICE,
            {"REVENUE": 1000, "TAX": 50},
            {"AR": 945, "RETAINAGE": 105},
        ),
        (
            "write-off",
            -amounts(*RETAINED),
            WRITE_OFF,
            {"WRITE-OFF": 1000, "TAX": 50},
            {"AR": 945, "RETAINAGE": 105},
        ),
        (
            "write-off undone",
            amounts(*RETAINED),
            WRITE_OFF,
            {"AR": 945, "RETAINAGE": 105},
            {"WRITE-OFF": 1000, "TAX": 50},
        ),
        ("finance charge", amounts("9", "0", "0", "0", "9"), INVOICE, {"CHARGE": 9}, {"CHARGE REVENUE": 9}),
        (
            "write-off of a finance charge",
            -amounts("9", "0", "0", "0", "9"),
            WRITE_OFF,
            {"CHARGE WRITE-OFF": 9},
            {"CHARGE": 9},
        ),
        (
            "credit of a finance charge",
            -amounts("9", "0", "0", "0", "9"),
            INVOICE,
            {"CHARGE REVENUE": 9},
            {"CHARGE": 9},
        ),
        ("nothing", amounts("0"), INVOICE, {}, {}),
    ],
)
def test_each_event_debits_and_credits_its_accounts(
    event: str, line: Amounts, accounts: LineAccounts, debits: dict[str, int], credits_: dict[str, int]
) -> None:
    rows = distribute(line, accounts)
    assert {row.account: row.debit for row in rows if row.debit} == debits, event
    assert {row.account: row.credit for row in rows if row.credit} == credits_, event


cents = st.integers(-(10**7), 10**7).map(lambda number: Decimal(number) / 100)


@given(st.builds(Amounts, cents, cents, cents, cents, cents), st.sampled_from([INVOICE, DISTRIBUTED, WRITE_OFF]))
def test_any_line_balances_and_its_reversal_takes_it_back(line: Amounts, accounts: LineAccounts) -> None:
    rows, reversal = distribute(line, accounts), distribute(-line, accounts)
    assert sum(row.debit for row in rows) == sum(row.credit for row in rows)
    assert sorted((row.account, row.debit, row.credit) for row in rows) == sorted(
        (row.account, row.credit, row.debit) for row in reversal
    )
    assert all((row.debit == 0) != (row.credit == 0) and min(row.debit, row.credit) >= 0 for row in rows)


sides = st.integers(1, 10**6).map(lambda number: Decimal(number) / 100)
ledger = st.builds(
    lambda seq, line, account, amount, debited: LedgerRow(
        seq, line, account, amount if debited else Decimal(0), Decimal(0) if debited else amount
    ),
    st.integers(1, 4),
    st.integers(1, 3),
    st.sampled_from(["1200", "4000", "2200"]),
    sides,
    st.booleans(),
)


@given(st.lists(ledger, max_size=20))
def test_the_ledger_gets_the_same_sums_at_every_level(rows: list[LedgerRow]) -> None:
    levels: tuple[GlInterfaceLevel, ...] = ("line", "transaction", "summary")
    reported = {level: at_level(rows, level) for level in levels}
    for account in {row.account for row in rows}:
        for side in ("debit", "credit"):
            sums = {
                level: sum(getattr(row, side) for row in some if row.account == account)
                for level, some in reported.items()
            }
            assert len(set(sums.values())) == 1
    keys = [(row.seq, row.account, row.debit > 0) for row in reported["transaction"]]
    assert len(keys) == len(set(keys))
    assert all(row.seq is None and row.line is None for row in reported["summary"])
