"""The decision about each invoice of a chunk, and what the accepted ones post."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.receivables.rules.distributions import LineAccounts, distribute, distribute_net
from services.receivables.rules.entries.amounts import Amounts
from services.receivables.rules.exported_invoices.booking import BookingFacts, CustomerFacts, examine
from services.receivables.rules.exported_invoices.hand_overs import (
    Charge,
    Decision,
    EarlierOutcome,
    HandedChunk,
    HandedInvoice,
    HandedLine,
    HandedOrder,
)
from services.receivables.rules.exported_invoices.posting import post_accepted
from services.receivables.rules.invoice_orders import orders_to_keep
from services.receivables.rules.posting import Numbers, number_transactions
from tests.fixtures.records import ar_company, receivable_type

COMPANY = ar_company()
ACCOUNTS = {"1200", "1210", "4000", "4010"}
FACTS = BookingFacts(
    company=COMPANY,
    customers={
        "S1": CustomerFacts(11, "S1", "active", None),
        "S2": CustomerFacts(12, "S2", "hold", 2),
        "S3": CustomerFacts(13, "S3", "inactive", None),
        "S4": CustomerFacts(14, "S4", "active", 9),
    },
    types={1: receivable_type(1, ar_account="1200"), 2: receivable_type(2, ar_account="1210")},
    accounts=ACCOUNTS,
    outcomes={},
    booked_versions={},
)


def invoice(number: int = 1, bill_to: str = "S1", amounts: tuple[str, ...] = ("90.00",), **facts: Any) -> HandedInvoice:
    lines = tuple(
        HandedLine("Service", "4000", Decimal(1), Decimal(one), Decimal(one), taxable=False) for one in amounts
    )
    total = sum((line.amount for line in lines), Decimal("0.00"))
    order = HandedOrder(number * 10, f"W{number}", 1, 1, total, lines, date(2026, 11, 3))
    return replace(HandedInvoice(number, 1, "SAT", bill_to, total, (order,)), **facts)


def chunk(*invoices: HandedInvoice, month: str = "2026-11") -> HandedChunk:
    return HandedChunk(7, 1, month, date(2026, 11, 20), r"ALAMO\bill", invoices)


def test_a_valid_invoice_is_accepted_with_the_companys_default_type() -> None:
    (accepted,) = examine(chunk(invoice()), FACTS).accepted
    assert (accepted.customer.id, accepted.type.ar_account) == (11, "1200")


def test_a_customer_on_hold_is_still_billed_and_their_own_type_comes_first() -> None:
    (accepted,) = examine(chunk(invoice(bill_to="S2")), FACTS).accepted
    assert accepted.type.ar_account == "1210"


def with_unknown_account(exported: HandedInvoice) -> HandedInvoice:
    order = exported.orders[0]
    return replace(exported, orders=(replace(order, lines=(replace(order.lines[0], gl_account="9999"),)),))


@pytest.mark.parametrize(
    ("faulty", "facts", "month", "reason"),
    [
        (invoice(bill_to="S9"), FACTS, "2026-11", "UNKNOWN_CUSTOMER"),
        (invoice(), replace(FACTS, company=None), "2026-11", "UNKNOWN_CUSTOMER"),
        (invoice(bill_to="S3"), FACTS, "2026-11", "INACTIVE_CUSTOMER"),
        (invoice(), FACTS, "2026-09", "MONTH_CLOSED"),
        (invoice(), FACTS, "2027-01", "MONTH_CLOSED"),
        (invoice(bill_to="S4"), FACTS, "2026-11", "UNKNOWN_ACCOUNT"),
        (with_unknown_account(invoice()), FACTS, "2026-11", "UNKNOWN_ACCOUNT"),
        (invoice(), replace(FACTS, accounts=ACCOUNTS - {"1200"}), "2026-11", "UNKNOWN_ACCOUNT"),
        (invoice(total=Decimal("90.01")), FACTS, "2026-11", "TOTALS_DIFFER"),
        (invoice(amounts=("1000000000.00",)), FACTS, "2026-11", "TOO_LARGE"),
        (invoice(amounts=("-5.00",)), FACTS, "2026-11", "NEGATIVE_TOTAL"),
        (invoice(), replace(FACTS, booked_versions={(10, 1): "W1"}), "2026-11", "ALREADY_BOOKED"),
    ],
)
def test_a_faulty_invoice_is_refused_with_its_reason_and_the_others_are_booked(
    faulty: HandedInvoice, facts: BookingFacts, month: str, reason: str
) -> None:
    examination = examine(chunk(faulty, month=month), facts)
    assert [(one.invoice_id, one.reason) for one in examination.refused] == [(1, reason)]
    with_another = examine(chunk(faulty, invoice(2)), FACTS)
    assert [one.invoice.invoice_id for one in with_another.accepted][-1] == 2


@pytest.mark.parametrize(
    ("day", "refused"),
    [("2025-09-30", True), ("2025-10-01", False), ("2026-12-31", False), ("2027-01-01", True)],
)
def test_an_invoice_dated_far_from_its_month_is_refused(day: str, refused: bool) -> None:
    examination = examine(replace(chunk(invoice()), invoice_date=date.fromisoformat(day)), FACTS)
    assert [one.reason for one in examination.refused] == (["DATE_FAR_FROM_MONTH"] if refused else [])
    assert len(examination.accepted) == (not refused)


def test_the_same_rating_twice_in_one_chunk_is_booked_once() -> None:
    examination = examine(chunk(invoice(1), replace(invoice(1), invoice_id=2)), FACTS)
    assert [one.invoice.invoice_id for one in examination.accepted] == [1]
    assert [(one.invoice_id, one.reason) for one in examination.refused] == [(2, "ALREADY_BOOKED")]


@pytest.mark.parametrize("before", ["booked", "refused", "withdrawn"])
def test_an_earlier_decision_stays_and_is_only_reported_again(before: Decision) -> None:
    decided = EarlierOutcome(1, 1, before, "", "", run_id=7)
    examination = examine(chunk(invoice()), replace(FACTS, outcomes={(1, 1): decided}))
    assert (examination.accepted, examination.refused, examination.decided_before) == ((), (), (decided,))


ONE, TWO = UUID(int=1), UUID(int=2)
BOOKED_BEFORE = EarlierOutcome(1, 1, "booked", "", "", run_id=7, order_numbers=("W1",))


@pytest.mark.parametrize(
    ("run_uuid", "known", "earlier", "conflict"),
    [
        (ONE, ONE, BOOKED_BEFORE, None),
        (ONE, None, None, None),
        (None, ONE, BOOKED_BEFORE, None),
        (TWO, ONE, None, "Receivables knows another export run 7. "),
        (
            ONE,
            ONE,
            replace(BOOKED_BEFORE, run_id=6),
            "Receivables has decided attempt 1 of invoice 1 for export run 6. ",
        ),
        (ONE, ONE, replace(BOOKED_BEFORE, outcome="batched", run_id=6), "Receivables has decided attempt 1 of"),
        (None, None, replace(BOOKED_BEFORE, order_numbers=("OLD", "W1")), "Receivables has invoice 1 with order OLD. "),
    ],
)
def test_a_hand_over_that_contradicts_an_earlier_one_is_refused_and_says_what_to_do(
    run_uuid: UUID | None, known: UUID | None, earlier: EarlierOutcome | None, conflict: str | None
) -> None:
    facts = replace(FACTS, run_uuid=known, outcomes={} if earlier is None else {(1, 1): earlier})
    examination = examine(replace(chunk(invoice(), invoice(2)), run_uuid=run_uuid), facts)
    refused = {one.invoice_id: one for one in examination.conflicts}
    assert set(refused) == (set() if conflict is None else {1, 2} if run_uuid == TWO else {1})
    assert examination.refused == ()
    if conflict is not None:
        assert refused[1].reason == "HAND_OVER_CONFLICT"
        assert refused[1].detail.startswith(conflict)
        assert "Run `ratebook reconcile`" in refused[1].detail


def test_an_invoice_that_was_booked_by_another_attempt_is_refused() -> None:
    (refused,) = examine(chunk(invoice(attempt=3)), replace(FACTS, booked_attempts={1: 1})).refused
    assert (refused.reason, refused.detail[:49]) == (
        "HAND_OVER_CONFLICT",
        "Receivables has booked invoice 1 as attempt 1. A ",
    )


def test_an_order_that_has_the_id_of_another_booked_one_is_refused() -> None:
    (refused,) = examine(chunk(invoice()), replace(FACTS, booked_versions={(10, 1): "OLD"})).refused
    assert refused.reason == "HAND_OVER_CONFLICT"
    assert refused.detail.startswith("Receivables has booked order OLD with the id and version of this one. ")


def test_the_next_attempt_of_a_refused_invoice_is_a_new_decision() -> None:
    refused = replace(FACTS, outcomes={(1, 1): EarlierOutcome(1, 1, "refused", "", "", run_id=6)})
    assert examine(chunk(invoice(attempt=2)), refused).accepted


amounts = st.lists(st.decimals("0", "9999.99", places=2).map(str), min_size=1, max_size=5)


@given(st.lists(amounts, min_size=1, max_size=6))
def test_every_posting_balances_and_is_numbered_without_gaps(all_amounts: list[list[str]]) -> None:
    exported = chunk(*(invoice(number, amounts=tuple(each)) for number, each in enumerate(all_amounts, start=1)))
    posting = post_accepted(
        exported,
        COMPANY,
        examine(exported, FACTS).accepted,
        range(900, 900 + len(all_amounts)),
    )
    numbered = number_transactions(
        posting.transactions, Numbers(transaction=40, seqs=range(3, 3 + len(all_amounts)), invoices=range(500, 600))
    )
    assert [(one.number, one.seq, one.invoice_number) for one in numbered] == [
        (40 + index, 3 + index, str(500 + index)) for index in range(len(all_amounts))
    ]
    for one in posting.transactions:
        lines = [line for line in posting.lines if line.transaction_id == one.id]
        rows = [row for row in posting.distributions if row.transaction_id == one.id]
        assert sum(line.amount for line in lines) == one.total
        assert sum(row.debit for row in rows) == sum(row.credit for row in rows) == one.total
        assert all((row.debit == 0) != (row.credit == 0) for row in rows)


@pytest.mark.parametrize(
    ("amount", "rows"),
    [
        ("90.00", [("1200", "90.00", "0.00"), ("4000", "0.00", "90.00")]),
        ("-90.00", [("4000", "90.00", "0.00"), ("1200", "0.00", "90.00")]),
        ("0.00", []),
    ],
)
def test_the_sign_of_a_line_decides_its_debit_and_credit(amount: str, rows: list[tuple[str, str, str]]) -> None:
    posted = distribute(Amounts(Decimal(amount)), LineAccounts("1200", "4000"))
    assert [(row.account, str(row.debit), str(row.credit)) for row in posted] == rows
    assert distribute_net(Decimal(amount), "1200", "4000") == posted


def test_what_a_charge_says_is_kept_by_the_line_of_the_invoice() -> None:
    exported = invoice(amounts=("60.00", "30.00"))
    (order,) = exported.orders
    (first, last) = order.lines
    advance, minutes = Charge(fee_advance=True), Charge("min", Decimal(25), Decimal(0), reason="minimum of 45.00")
    orders = (order, replace(order, lines=(replace(first, charge=advance), last, replace(first, charge=minutes))))
    kept = orders_to_keep([replace(exported, orders=orders), exported])
    assert [(one.rating_invoice_id, one.position, one.charges) for one in kept] == [
        (1, 1, []),
        (
            1,
            2,
            [
                {"line": 3, "fee_advance": True},
                {
                    "line": 5,
                    "unit": "min",
                    "measured": Decimal(25),
                    "included": Decimal(0),
                    "reason": "minimum of 45.00",
                },
            ],
        ),
        (1, 1, []),
    ]
