"""Roll-up: every order is on exactly one invoice with one bill-to and branch, exported as a whole or not at all."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.rating.errors import RollupMixed
from services.rating.records.rollup_rules import Cycle, Grouping, RollupStyle, RollupTerms
from services.rating.rules.draft_invoices import (
    Assignable,
    GroupKey,
    belongs,
    common_key,
    cycle_of,
    group_key,
    group_orders,
    leaves_invoice,
    place,
)
from services.rating.rules.exports.claim import Blocker, Choice, Selection, choose, leave_out, places_of
from services.rating.rules.rollup_rules import find_faults_in_rule
from tests.fixtures.rate_tables import order

RULES: dict[str, tuple[Grouping, Cycle]] = {
    "S1": ("none", "monthly"),
    "S2": ("matter", "weekly"),
    "S3": ("attorney", "monthly"),
}


def assignable(number: int, bill_to: str, branch: str, matter: str, attorney: str, day: int) -> Assignable:
    served = date(2026, 10, 1) + timedelta(days=day)
    return Assignable(number, branch, bill_to, matter, attorney, served, *RULES[bill_to])


orders = st.lists(
    st.builds(
        assignable,
        number=st.integers(1, 10**6),
        bill_to=st.sampled_from(sorted(RULES)),
        branch=st.sampled_from(("SAT", "LAX")),
        matter=st.sampled_from(("", "M-1", "M-2")),
        attorney=st.sampled_from(("", "Ruiz")),
        day=st.integers(0, 120),
    ),
    max_size=80,
    unique_by=lambda candidate: candidate.work_order_id,
)


@given(orders)
def test_every_order_is_in_exactly_one_group(found: list[Assignable]) -> None:
    grouped = [order_id for ids in group_orders(found).values() for order_id in ids]
    assert sorted(grouped) == sorted(candidate.work_order_id for candidate in found)


@given(orders, st.randoms())
def test_the_sequence_of_orders_does_not_matter(found: list[Assignable], chance: Any) -> None:
    mixed = chance.sample(found, len(found))
    assert group_orders(mixed) == group_orders(found)


@given(orders)
def test_a_group_has_one_bill_to_branch_matter_and_cycle(found: list[Assignable]) -> None:
    known = {candidate.work_order_id: candidate for candidate in found}
    for key, ids in group_orders(found).items():
        for member in (known[order_id] for order_id in ids):
            assert (key.branch, key.bill_to) == (member.branch, member.bill_to)
            assert key.cycle_from is not None
            assert key.cycle_to is not None
            assert key.cycle_from <= member.service_on <= key.cycle_to
            values = {"none": "", "matter": member.matter, "attorney": member.attorney}
            assert key.grouped_by == values[member.grouping]


@given(orders, st.sets(st.integers(0, 200)))
def test_every_grouped_order_is_placed_on_a_draft(found: list[Assignable], known: set[int]) -> None:
    groups = group_orders(found)
    drafts = {key: 1000 + number for number, key in enumerate(groups) if number in known}
    placement = place(groups, drafts)
    placed = (*placement.existing.values(), *placement.new.values())
    assert sorted(order_id for ids in placed for order_id in ids) == sorted(
        candidate.work_order_id for candidate in found
    )
    assert set(placement.new) == set(groups) - set(drafts)


@given(orders)
def test_an_order_leaves_its_draft_only_if_a_value_of_the_group_key_changes(found: list[Assignable]) -> None:
    for candidate in found:
        key = group_key(candidate)
        before = order(
            branch=candidate.branch,
            bill_to=candidate.bill_to,
            matter=candidate.matter,
            attorney=candidate.attorney,
            service_on=candidate.service_on,
        )
        assert belongs(key, before)
        assert not leaves_invoice(key, before, before)
        assert leaves_invoice(key, before, before.model_copy(update={"bill_to": "other"}))
        assert leaves_invoice(key, before, before.model_copy(update={"matter": "M-9"})) == (
            candidate.grouping == "matter"
        )
        assert leaves_invoice(key, before, before.model_copy(update={"attorney": "Bex"})) == (
            candidate.grouping == "attorney"
        )
        assert leaves_invoice(key, before, before.model_copy(update={"service_on": date(2030, 1, 1)}))


def test_a_matter_is_grouped_in_any_spelling() -> None:
    found = [
        Assignable(number, "SAT", "S1001", matter, "", date(2026, 11, 2), "matter", "monthly")
        for number, matter in enumerate(("Doe", "DOE", "D\u200boe ", "Roe"), start=1)
    ]
    groups = group_orders(found)
    assert {key.grouped_by: ids for key, ids in groups.items()} == {"Doe": (1, 2, 3), "Roe": (4,)}
    drafts = {replace(group_key(found[0]), grouped_by="doe"): 7}
    placement = place(groups, drafts)
    assert (placement.existing, [*placement.new.values()]) == ({7: (1, 2, 3)}, [(4,)])
    key = group_key(found[0])
    assert not leaves_invoice(key, order(matter="Doe"), order(matter="DOE"))


def test_an_order_put_on_a_draft_by_hand_against_its_grouping_stays() -> None:
    key = GroupKey("SAT", "S1001", "matter", "M-1", date(2026, 11, 1), date(2026, 11, 30))
    other = order(matter="M-7")
    assert not leaves_invoice(key, other, other.model_copy(update={"reference": "x"}))


@given(st.dates(date(2000, 1, 1), date(2099, 12, 1)), st.sampled_from(("weekly", "monthly")))
def test_cycles_follow_one_another_without_a_gap(day: date, cycle: Cycle) -> None:
    first, last = cycle_of(cycle, day)
    assert first <= day <= last
    assert cycle_of(cycle, last + timedelta(days=1))[0] == last + timedelta(days=1)
    assert cycle_of(cycle, first) == cycle_of(cycle, last) == (first, last)


@pytest.mark.parametrize(
    ("cycle", "day", "first", "last"),
    [
        ("weekly", "2026-11-04", "2026-11-02", "2026-11-08"),
        ("weekly", "2026-12-31", "2026-12-28", "2027-01-03"),
        ("monthly", "2026-11-04", "2026-11-01", "2026-11-30"),
        ("monthly", "2028-02-29", "2028-02-01", "2028-02-29"),
    ],
)
def test_a_cycle_is_a_week_from_monday_or_a_calendar_month(cycle: Cycle, day: str, first: str, last: str) -> None:
    assert cycle_of(cycle, date.fromisoformat(day)) == (date.fromisoformat(first), date.fromisoformat(last))


def test_a_rollup_made_by_hand_has_one_bill_to_and_branch() -> None:
    assert common_key([order(id=1), order(id=2)]) == GroupKey("SAT", "S1001")
    for other in (order(bill_to="S1002"), order(branch="LAX")):
        with pytest.raises(RollupMixed, match="has one bill-to and one branch"):
            common_key([order(), other])
    with pytest.raises(RollupMixed):
        common_key([order()], GroupKey("LAX", "S1001"))


@pytest.mark.parametrize(
    ("style", "grouping", "cycle", "field"),
    [
        ("rollup", "matter", None, "cycle"),
        ("single", "none", "weekly", "cycle"),
        ("single", "matter", None, "grouping"),
    ],
)
def test_a_rule_that_contradicts_itself_names_the_field(
    style: RollupStyle, grouping: Grouping, cycle: Cycle | None, field: str
) -> None:
    rule = RollupTerms(style=style, grouping=grouping, cycle=cycle)
    assert [name for name, _ in find_faults_in_rule(rule)] == [field]


PART = Blocker(1, "W1", 7, "PART_OF_INVOICE", "part")
CYCLE = Blocker(2, "W2", 7, "CYCLE_NOT_ENDED", "cycle")
NEGATIVE = Blocker(3, "W3", None, "NEGATIVE_TOTAL", "negative")


@pytest.mark.parametrize(
    ("selection", "chosen", "left_out", "refused"),
    [
        (Selection(), (4,), (PART, CYCLE, NEGATIVE), ()),
        (Selection(bill_tos=["S1"]), (4,), (PART, CYCLE, NEGATIVE), ()),
        (Selection(work_order_ids=[1, 2, 3, 4]), (1, 2, 3, 4), (), (PART, NEGATIVE)),
        (Selection(invoice_ids=[7]), (1, 2, 3, 4), (), (PART, NEGATIVE)),
    ],
)
def test_orders_that_cannot_be_exported_are_left_out_unless_selected_by_id(
    selection: Selection, chosen: tuple[int, ...], left_out: tuple[Blocker, ...], refused: tuple[Blocker, ...]
) -> None:
    assert choose(selection, [1, 2, 3, 4], [PART, CYCLE, NEGATIVE]) == Choice(chosen, left_out, refused)


def test_a_waiting_order_with_an_error_does_not_block_the_export() -> None:
    choice = choose(Selection(), [2, 4], [CYCLE, replace(NEGATIVE, work_order_id=2)])
    assert (choice.work_order_ids, choice.refused) == ((4,), ())


@pytest.mark.parametrize(
    ("selection", "places"),
    [
        (Selection(), ["/selection"] * 3),
        (Selection(branches=["SAT"]), ["/selection"] * 3),
        (Selection(work_order_ids=[3, 1, 2]), [f"/selection/work_order_ids/{index}" for index in (1, 2, 0)]),
        (Selection(invoice_ids=[6, 7]), ["/selection/invoice_ids/1", "/selection/invoice_ids/1", "/selection"]),
    ],
)
def test_a_refusal_points_to_what_selects_the_order(selection: Selection, places: list[str]) -> None:
    assert places_of(selection, [PART, CYCLE, NEGATIVE]) == places


def test_more_orders_can_be_left_out_of_a_choice() -> None:
    assert leave_out(Choice((1, 2), (PART,), ()), [CYCLE]) == Choice((1,), (PART, CYCLE), ())
