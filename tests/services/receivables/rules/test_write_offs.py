"""How much automatic write-offs write off: the examples, and never more than is due."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.receivables.rules.entries.amounts import Amounts
from services.receivables.rules.entries.facts import AppliedLine
from services.receivables.rules.write_offs import Candidate, Criteria, Spread, charge_due, choose, spread_charges
from shared.values.money import ZERO

DUE = {1: Decimal("36.00"), 2: Decimal("27.00"), 3: Decimal("42.00")}


def criteria(amount: str | None = None, percent: str | None = None, spread: Spread = "all_lines") -> Criteria:
    return Criteria(
        "finance_charges",
        1,
        date(2026, 11, 1),
        amount=None if amount is None else Decimal(amount),
        percent=None if percent is None else Decimal(percent),
        spread=spread,
    )


@pytest.mark.parametrize(
    ("chosen", "taken"),
    [
        (criteria(amount="0"), ["36.00", "27.00", "42.00"]),
        (criteria(amount="50.00"), ["36.00", "14.00", "0.00"]),
        (criteria(percent="50"), ["18.00", "13.50", "21.00"]),
        (criteria(percent="50", spread="from_line_1"), ["36.00", "16.50", "0.00"]),
    ],
)
def test_charges_of_36_27_and_42(chosen: Criteria, taken: list[str]) -> None:
    assert [f"{amount:.2f}" for amount in spread_charges(DUE, chosen).values()] == taken


money = st.integers(0, 10**6).map(lambda number: Decimal(number) / 100)


@given(
    st.dictionaries(st.integers(1, 9), money, max_size=6),
    st.one_of(
        st.builds(criteria, amount=money.map(str)),
        st.builds(criteria, percent=st.integers(0, 100).map(str), spread=st.sampled_from(["all_lines", "from_line_1"])),
    ),
)
def test_no_more_than_is_due_is_written_off_on_any_line(due: dict[int, Decimal], chosen: Criteria) -> None:
    taken = spread_charges(due, chosen)
    assert set(taken) == set(due)
    assert all(ZERO <= amount <= due[line] for line, amount in taken.items())


def line(number: int, amount: str, retainage: str = "0", charge: str = "0") -> AppliedLine:
    whole = Amounts(Decimal(amount), ZERO, Decimal(retainage), ZERO, Decimal(charge))
    return AppliedLine(number, "other", "", "4000", None, None, None, None, ZERO, billed=whole)


def test_a_finance_charge_is_written_off_up_to_what_is_due_without_retainage() -> None:
    assert charge_due(line(1, "100.00", "20.00", "36.00")) == Decimal("36.00")
    assert charge_due(line(1, "50.00", "20.00", "36.00")) == Decimal("30.00")
    assert charge_due(line(1, "-50.00")) == ZERO


def test_finance_charges_are_written_off_up_to_what_is_due_on_the_whole_invoice() -> None:
    """A charge of 36.00 beside a line of −30.00: 6.00 is due."""
    lines = [line(1, "36.00", charge="36.00"), line(2, "-30.00")]
    candidate = Candidate(1, "1", "E1", date(2026, 10, 1), None, lines)
    (taken,) = choose(criteria(amount="0"), [candidate]).taken
    assert [(take.line, take.amount) for take in taken.takes] == [(1, Decimal("6.00"))]


def test_an_account_is_written_off_in_full_or_skipped() -> None:
    def invoice(number: int, customer: str, amount: str, held_by: str | None = None) -> Candidate:
        return Candidate(number, str(number), customer, date(2026, 10, 1), held_by, [line(1, amount)])

    found = choose(
        Criteria("account_balance", 1, date(2026, 11, 1), limit=Decimal("50.00")),
        [
            *(invoice(1, "E1", "30.00"), invoice(2, "E1", "20.00"), invoice(3, "E1", "-5.00")),
            *(invoice(4, "E2", "50.01"), invoice(5, "E3", "1.00", held_by="batch 1")),
        ],
    )
    assert [write_off.candidate.id for write_off in found.taken] == [1, 2]
    assert [(one.candidate.id, one.reason) for one in found.skipped] == [
        (3, "nothing is due"),
        (5, "a transaction of the invoice is in batch 1"),
        (4, "customer E2 owes 50.01, more than the limit of 50.00"),
    ]
