"""How a run is split into chunks, and what each answer changes, however often and in any order it arrives."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.rating.errors import AnswerContradicts
from services.rating.rules.exports.answers import (
    Answer,
    Disposition,
    HandedOrder,
    HandOver,
    OrderCredit,
    OrderState,
    reopens,
    settle,
)
from services.rating.rules.exports.sending import CHUNK_BYTES, Chunk, ChunkCandidate, cut_chunks

invoices = st.lists(
    st.builds(
        ChunkCandidate,
        invoice_id=st.integers(1, 10**6),
        attempt=st.just(1),
        ar_company=st.integers(1, 3),
        orders=st.integers(1, 700),
        document_bytes=st.integers(300, 900_000),
    ),
    max_size=60,
    unique_by=lambda candidate: candidate.invoice_id,
)


def inside_of(chunk: Chunk, candidates: Sequence[ChunkCandidate]) -> list[ChunkCandidate]:
    """The invoices that are sent with a chunk, as the statement that sends it finds them."""
    first, last = chunk.first_invoice_id, chunk.last_invoice_id
    return [one for one in candidates if one.ar_company == chunk.ar_company and first <= one.invoice_id <= last]


@given(invoices)
def test_every_invoice_is_in_exactly_one_chunk_of_its_own_company(candidates: list[ChunkCandidate]) -> None:
    inside = [inside_of(chunk, candidates) for chunk in cut_chunks(candidates, 500)]
    assert all(inside)
    cut = [candidate.invoice_id for one in inside for candidate in one]
    assert sorted(cut) == sorted(candidate.invoice_id for candidate in candidates)


@given(invoices)
def test_a_chunk_is_within_its_limits_unless_one_invoice_alone_is_larger(candidates: list[ChunkCandidate]) -> None:
    for chunk in cut_chunks(candidates, 500):
        inside = inside_of(chunk, candidates)
        orders = sum(invoice.orders for invoice in inside)
        size = sum(invoice.document_bytes for invoice in inside)
        assert (orders <= 500 and size <= CHUNK_BYTES) or len(inside) == 1


def test_twelve_hundred_single_orders_make_three_chunks() -> None:
    candidates = [ChunkCandidate(number, 1, 1, 1, 600) for number in range(1200)]
    assert [len(inside_of(chunk, candidates)) for chunk in cut_chunks(candidates, 500)] == [500, 500, 200]


WAITING = HandOver(invoice_id=10, attempt=1, run_id=3, outcome="waiting", total=Decimal("80.00"))
ORDER = HandedOrder(
    work_order_id=5, invoice_id=10, version=1, attempt=1, status="exporting", rating_version=1, export_attempt=1
)


@pytest.mark.parametrize("outcome", ["exported", "refused"])
def test_the_first_answer_settles_the_invoice_and_its_orders(outcome: Answer) -> None:
    settlement = settle(3, [(10, 1)], outcome, [WAITING], [ORDER])
    assert (settlement.work_order_ids, settlement.total) == ((5,), Decimal("80.00"))


@pytest.mark.parametrize("outcome", ["exported", "refused"])
def test_the_same_answer_again_changes_nothing(outcome: Answer) -> None:
    assert settle(3, [(10, 1)], outcome, [replace(WAITING, outcome=outcome)], []).hand_overs == ()


@pytest.mark.parametrize(("before", "now"), [("refused", "exported"), ("exported", "refused")])
def test_the_opposite_answer_is_a_contradiction(before: Answer, now: Answer) -> None:
    with pytest.raises(AnswerContradicts, match=f"was {before} before"):
        settle(3, [(10, 1)], now, [replace(WAITING, outcome=before)], [])


@pytest.mark.parametrize("hand_overs", [[], [replace(WAITING, run_id=4)]])
def test_an_answer_to_something_never_sent_is_a_contradiction(hand_overs: list[HandOver]) -> None:
    with pytest.raises(AnswerContradicts, match="never sent"):
        settle(3, [(10, 1)], "exported", hand_overs, [])


@pytest.mark.parametrize(
    "now",
    [
        {"rating_version": 2},
        {"export_attempt": 2},
        {"status": "rated"},
        {"status": "exported"},
    ],
)
def test_a_late_answer_never_locks_another_version_or_attempt(now: dict[str, Any]) -> None:
    with pytest.raises(AnswerContradicts, match="work order 5 was sent as version 1 attempt 1"):
        settle(3, [(10, 1)], "exported", [WAITING], [replace(ORDER, **now)])


EXPORTED = OrderState(id=5, status="exported", rating_version=1)
CREDIT = OrderCredit(work_order_id=5, version=1, credited=Decimal("80.00"), remaining=Decimal("0.00"))


@pytest.mark.parametrize(
    ("credit", "disposition", "order", "status"),
    [
        (CREDIT, "rerate", EXPORTED, "open"),
        (CREDIT, "close", EXPORTED, "closed"),
        (replace(CREDIT, remaining=Decimal("10.00")), "rerate", EXPORTED, None),
        (CREDIT, None, EXPORTED, None),
        (CREDIT, "rerate", replace(EXPORTED, rating_version=2), None),
        (CREDIT, "rerate", replace(EXPORTED, status="open"), None),
    ],
)
def test_a_credit_changes_an_order_only_if_nothing_is_left_of_its_current_version(
    credit: OrderCredit, disposition: Disposition | None, order: OrderState, status: str | None
) -> None:
    assert reopens(credit, disposition, order) == status
