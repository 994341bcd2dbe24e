"""The rules of entries: fields, receivable types, amounts, limits and numbers."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.receivables.records.ar_companies import ArCompany
from services.receivables.records.contracts import Contract
from services.receivables.rules.entries.amounts import NOTHING, Amounts, share
from services.receivables.rules.entries.facts import TYPES, AppliedInvoice, AppliedLine, LineType, TransactionType
from services.receivables.rules.entries.fields import Field, closed, fill
from services.receivables.rules.entries.header import BROUGHT_BACK, HAS_LINES, HEADER, HeaderFacts
from services.receivables.rules.entries.limits import fault_in_retainage, faults_in_amounts, faults_in_change
from services.receivables.rules.entries.numbers import NumberInUse, describe_use, duplicates, next_numbers
from shared.values.money import ZERO
from tests.fixtures.records import ar_company, customer

TODAY = date(2026, 11, 20)
APPLIED = AppliedInvoice(
    7, 1, "2026-11", 4, "100001", 21, "E1", None, 5, "1200", None, from_rating=False, invoice_date=TODAY
)


def company(**more: Any) -> ArCompany:
    return ar_company(max_open_months=6, **more)


def contract(receivable_type: int | None) -> Contract:
    return Contract(
        ar_company=1, number="J-1", description="Court house", customer="E1", receivable_type=receivable_type
    )


NO_CONTRACT = "no contract"
STATES = ("new", "without lines", "with lines", "brought back without lines", "brought back with lines")
POSTED_TYPE, APPLIED_TYPE = 4, 5


def expected_type(
    of_contract: int | str | None, of_customer: int | None, of_company: int, override: bool, kind: str, state: str
) -> tuple[int, bool]:
    """The default of the field and whether it is open (receivables, section 2.8)."""
    if kind != "invoice":
        return APPLIED_TYPE, False
    if state.endswith("with lines"):
        return POSTED_TYPE, False
    default = next(one for one in (of_contract, of_customer, of_company) if one not in {None, NO_CONTRACT})
    assert isinstance(default, int)
    if state.startswith("brought back") and not override:
        return POSTED_TYPE, False
    return default, override


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("kind", TYPES)
@pytest.mark.parametrize("override", [True, False])
def test_the_receivable_type_is_the_contracts_else_the_customers_else_the_companys(
    override: bool, kind: TransactionType, state: str
) -> None:
    """Every combination. The field is open only on an invoice without lines if the company allows other types."""
    apply_to = None if kind == "invoice" else APPLIED.id
    kept = {"type": kind, "customer": "E1", "contract": None, "invoice_number": None, "apply_to": apply_to}
    frozen = BROUGHT_BACK if state.startswith("brought back") else HAS_LINES if state == "with lines" else None
    of_contract: int | str | None
    for of_contract, of_customer, of_company in product((NO_CONTRACT, None, 0, 3), (None, 0, 2), (0, 1)):
        facts = HeaderFacts(
            company(allow_receivable_type_override=override, default_receivable_type=of_company),
            TODAY,
            kind,
            customer=customer(of_customer),
            contract=None if isinstance(of_contract, str) else contract(of_contract),
            applied=None if kind == "invoice" else APPLIED,
            kept=None if state == "new" else {**kept, "receivable_type": POSTED_TYPE},
            frozen=frozen,
            has_lines=state.endswith("with lines"),
        )
        field = fill(HEADER, facts, {"type": kind, "apply_to": apply_to}).fields["receivable_type"]
        expected = expected_type(of_contract, of_customer, of_company, override, kind, state)
        assert (field.default, field.open) == expected, (of_contract, of_customer, of_company)


def test_a_form_accepts_input_in_open_fields_only() -> None:
    rules = {
        "a": lambda _facts, _values: Field("A"),
        "b": lambda _facts, values: closed(values["a"] + "!", "follows from a"),
        "c": lambda _facts, _values: Field(required=True),
        "d": lambda _facts, _values: Field("D", clearable=True),
    }
    form = fill(rules, None, {"a": "x", "b": "y", "d": None})
    assert form.values == {"a": "x", "b": "x!", "c": None, "d": None}
    assert form.faults == (("b", "follows from a"), ("c", "is required"))
    assert fill(rules, None, {"b": "A!", "c": 1}).faults == ()
    assert fill(rules, None, {"c": 1}, kept={"a": "k", "d": None}).values["a"] == "k"
    assert fill(rules, None, {"c": 1}, kept={"a": None, "d": None}).values == {"a": "A", "b": "A!", "c": 1, "d": None}


cents = st.integers(-10_000_00, 10_000_00).map(lambda number: Decimal(number) / 100)


@given(st.lists(st.integers(1, 5_000_00), min_size=1, max_size=8), st.integers(0, 900_00))
def test_the_parts_of_a_line_take_all_of_its_tax_and_no_more(parts: list[int], tax: int) -> None:
    amounts = [Decimal(one) / 100 for one in parts]
    left, tax_left = sum(amounts, ZERO), Decimal(tax) / 100
    taken = ZERO
    for amount in amounts:
        part = share(amount, left, tax_left)
        assert ZERO <= part <= tax_left
        left, tax_left, taken = left - amount, tax_left - part, taken + part
    assert (left, tax_left, taken) == (ZERO, ZERO, Decimal(tax) / 100)


def applied(billed: Amounts, credited: Amounts = NOTHING) -> AppliedLine:
    return AppliedLine(1, "other", "", "4000", None, None, None, None, ZERO, billed=billed, credited=credited)


@pytest.mark.parametrize(
    ("kind", "amount", "allowed"),
    [
        ("credit_memo", "-40.00", True),
        ("credit_memo", "-40.01", False),
        ("credit_memo", "1.00", False),
        ("credit_memo", "0.00", False),
        ("write_off", "-40.00", True),
        ("write_off", "-40.01", False),
        ("adjustment", "-40.00", True),
        ("adjustment", "-40.01", False),
        ("adjustment", "500.00", True),
        ("adjustment", "0.00", False),
    ],
)
def test_a_line_of_100_with_60_credited_can_be_reduced_by_40(kind: TransactionType, amount: str, allowed: bool) -> None:
    line = applied(Amounts(Decimal("100.00")), Amounts(Decimal("-60.00")))
    assert (faults_in_amounts(kind, line, Amounts(Decimal(amount))) == []) == allowed


@pytest.mark.parametrize("kind", ["adjustment", "credit_memo", "write_off"])
@given(billed=cents, credited=st.integers(0, 100), taken=cents)
def test_the_open_amount_is_between_zero_and_what_is_billed(
    kind: TransactionType, billed: Decimal, credited: int, taken: Decimal
) -> None:
    line = applied(Amounts(billed), Amounts(share(Decimal(credited), Decimal(100), -billed)))
    if faults_in_amounts(kind, line, Amounts(taken)):
        return
    left = line.open.amount + taken
    whole = billed + taken if kind == "adjustment" else billed
    assert min(whole, ZERO) <= left <= max(whole, ZERO)


@pytest.mark.parametrize(("amount", "allowed"), [("-100.00", True), ("-100.01", False), ("-250.00", False)])
@pytest.mark.parametrize("side", [1, -1])
def test_an_adjustment_never_turns_a_line_around(amount: str, allowed: bool, side: int) -> None:
    line = applied(Amounts(side * Decimal("100.00")))
    assert (faults_in_amounts("adjustment", line, Amounts(side * Decimal(amount))) == []) == allowed


@pytest.mark.parametrize(
    ("original", "amount", "allowed"), [(1, 5, True), (1, -5, False), (-1, -5, True), (0, -5, True)]
)
def test_a_line_that_was_adjusted_to_zero_keeps_its_side(original: int, amount: int, allowed: bool) -> None:
    line = replace(applied(NOTHING), original=Decimal(original))
    assert (faults_in_amounts("adjustment", line, Amounts(Decimal(amount))) == []) == allowed


@pytest.mark.parametrize(
    ("retainage", "net", "allowed"),
    [
        *(("0.00", "100.00", True), ("100.00", "100.00", True), ("100.01", "100.00", False)),
        *(("-0.01", "100.00", False), ("-5.00", "-50.00", True), ("5.00", "-50.00", False)),
        *(("-50.01", "-50.00", False), ("0.01", "0.00", False)),
    ],
)
def test_retainage_has_the_sign_of_its_line_and_is_at_most_its_net(retainage: str, net: str, allowed: bool) -> None:
    assert (fault_in_retainage(Decimal(retainage), Decimal(net)) is None) == allowed


@pytest.mark.parametrize(
    ("retainage", "fields"), [("400.00", []), ("400.01", ["retainage"]), ("-100.01", ["retainage"])]
)
def test_adjustments_leave_a_line_with_a_retainage_that_it_can_have(retainage: str, fields: list[str]) -> None:
    line = applied(Amounts(Decimal("1050.00"), Decimal("50.00"), Decimal("100.00")))
    taken = Amounts(Decimal("-500.00"), retainage=Decimal(retainage))
    assert [field for field, _ in faults_in_amounts("adjustment", line, taken)] == fields


@pytest.mark.parametrize("kind", ["credit_memo", "write_off"])
@pytest.mark.parametrize(("line_type", "field"), [("contract", "contract_units"), ("material", "units")])
@pytest.mark.parametrize(("units", "allowed"), [("-4.000", True), ("-4.001", False), ("0.000", True), ("1.000", True)])
def test_units_are_taken_as_far_as_they_are_left(
    kind: TransactionType, line_type: LineType, field: str, units: str, allowed: bool
) -> None:
    whole = Amounts(Decimal("100.00"), units=Decimal("10.000"))
    line = replace(applied(whole, Amounts(units=Decimal("-6.000"))), line_type=line_type)
    faults = faults_in_amounts(kind, line, Amounts(Decimal("-10.00"), units=Decimal(units)))
    assert [one for one, _ in faults] == ([] if allowed else [field])


@pytest.mark.parametrize(("units", "fields"), [("-10.000", []), ("-15.000", ["units"])])
def test_an_adjustment_never_turns_units_around(units: str, fields: list[str]) -> None:
    line = replace(applied(Amounts(Decimal("100.00"), units=Decimal("10.000"))), line_type="material")
    taken = Amounts(Decimal("-50.00"), units=Decimal(units))
    assert [field for field, _ in faults_in_amounts("adjustment", line, taken)] == fields


def test_a_write_off_takes_no_more_retainage_than_is_due_and_leaves_no_ar_below_zero() -> None:
    line = applied(Amounts(Decimal("1050.00"), Decimal("50.00"), Decimal("100.00"), Decimal("5.00")))
    whole = Amounts(Decimal("-1050.00"), Decimal("-50.00"), Decimal("-100.00"), Decimal("-5.00"))
    assert faults_in_amounts("write_off", line, whole) == []
    beyond = Amounts(Decimal("-500.00"), retainage=Decimal("-100.01"))
    assert [field for field, _ in faults_in_amounts("write_off", line, beyond)] == ["retainage"]
    without = Amounts(Decimal("-1000.00"))
    assert [field for field, _ in faults_in_amounts("write_off", line, without)] == ["amount"]


@pytest.mark.parametrize(
    ("taken", "allowed"),
    [
        (("-105.00", "-5.00"), True),
        (("-105.00", "-4.99"), False),
        (("-52.50", "-5.01"), False),
        (("-52.50", "-2.50"), True),
    ],
)
def test_a_line_of_which_nothing_is_left_holds_no_tax(taken: tuple[str, str], allowed: bool) -> None:
    line = applied(Amounts(Decimal("105.00"), Decimal("5.00")))
    faults = faults_in_amounts("credit_memo", line, Amounts(*map(Decimal, taken)))
    assert ([field for field, _ in faults] == []) == allowed
    assert not faults or [field for field, _ in faults] == ["amount"]


def test_a_changed_line_has_at_least_what_is_applied_to_it() -> None:
    from services.receivables.rules.entries.line_facts import BatchLine

    others = applied(NOTHING, Amounts(Decimal("-60.00")))
    zero = (ZERO,) * 9
    changed = BatchLine(1, "other", None, "", "4000", None, ZERO, None, None, ZERO, ZERO, None, *zero)
    for amount, allowed in (("60.00", True), ("59.99", False)):
        line = BatchLine(**{**_fields(changed), "amount": Decimal(amount)})
        assert (faults_in_change(others, line) == []) == allowed
    assert faults_in_change(others, None) != []


def _fields(line: Any) -> dict[str, Any]:
    return {name: getattr(line, name) for name in line.__dataclass_fields__}


USES = [
    NumberInUse("job_billing", "77", 11, None, "2026-11", 3, 1),
    NumberInUse("unposted", " a-7", 1, "E2", "2026-11", 2, 1, batch_id=9),
    NumberInUse("posted", "A-7", 1, "E1", "2026-11", 1, 4, batch_id=8, transaction_id=40),
]


@pytest.mark.parametrize(
    ("number", "own", "places"),
    [
        ("A-7", {}, ["posted", "unposted"]),
        (" a-7 ", {}, ["posted", "unposted"]),
        ("A-7", {"own_entry": (9, 1)}, ["posted"]),
        ("A-7", {"own_entry": (9, 2)}, ["posted", "unposted"]),
        ("A-7", {"own_id": 40}, ["unposted"]),
        ("77", {}, ["job_billing"]),
        ("78", {}, []),
    ],
)
def test_a_number_is_compared_with_all_other_uses_but_never_with_itself(
    number: str, own: dict[str, Any], places: list[str]
) -> None:
    assert [one.place for one in duplicates(number, USES, **own)] == places


def test_a_duplicate_is_reported_with_month_id_and_seq() -> None:
    assert describe_use(USES[2], "E1") == (
        "invoice number A-7 is in use on a posted invoice of this customer: batch month 2026-11, id 1, seq 4"
    )
    assert describe_use(USES[0], "E1") == (
        "invoice number 77 is in use on a bill of JB company 11: month 2026-11, id 3, seq 1"
    )


@given(st.integers(1, 50), st.integers(1, 20), st.sets(st.integers(1, 80)))
def test_automatic_numbers_rise_and_skip_exactly_those_in_use(first: int, count: int, in_use: set[int]) -> None:
    numbers = next_numbers(first, count, in_use)
    assert len(numbers) == count
    assert not in_use & set(numbers)
    assert [one for one in range(first, numbers[-1] + 1) if one not in in_use] == list(numbers)
