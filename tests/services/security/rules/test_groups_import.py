"""Importing groups from a file with one row for each grant."""

from services.security.records.grants import GrantEntry
from services.security.records.groups import MOST_GRANTS, Group, GroupDraft, GroupRow
from services.security.rules.features import features_of
from services.security.rules.groups import complete_limits, find_group_faults, plan_group_import
from shared.access.grants import Grant, Level, Limits
from shared.files.changes import ValueChange
from shared.files.csv import Numbered, TableFile
from tests.services.security.conftest import DOCUMENTS, NOON

FEATURES = features_of(DOCUMENTS)
VIEW_ORDERS = Grant("rating.orders", Level.VIEW)
COLUMNS = frozenset(GroupRow.model_fields)
IN_SAT = Grant("rating.orders", Level.VIEW, Limits(branches=frozenset({"SAT"})))
VIEW_INVOICES = Grant("receivables.invoices", Level.VIEW)


def row(line: int, group: str, description: str, grant: Grant | None) -> Numbered[GroupRow]:
    """A line of the file, which without a grant only names its group."""
    given = {} if grant is None else GrantEntry.of(grant).model_dump()
    return Numbered(line, GroupRow(group=group, description=description, **given))


def group(name: str, description: str, *grants: Grant) -> Group:
    saved = draft(name, description, *grants)
    return Group(**dict(saved), id=1, member_count=0, revision=1, created_at=NOON)


def draft(name: str, description: str, *grants: Grant) -> GroupDraft:
    return GroupDraft(name=name, description=description, grants=tuple(map(GrantEntry.of, grants)))


def test_the_rows_of_a_group_are_its_grants() -> None:
    rows = [
        row(2, "Billing", "Who bills", VIEW_ORDERS),
        row(3, "Proof", "", VIEW_ORDERS),
        row(4, "BILLING", "", VIEW_INVOICES),
    ]
    assert find_group_faults(rows, FEATURES) == []
    assert plan_group_import(rows, COLUMNS, {}).new == [
        draft("Billing", "Who bills", VIEW_ORDERS, VIEW_INVOICES),
        draft("Proof", "", VIEW_ORDERS),
    ]


def test_a_row_without_a_grant_only_names_its_group() -> None:
    assert plan_group_import([row(2, "Billing", "", None)], COLUMNS, {}).new == [draft("Billing", "")]


def test_a_group_keeps_what_the_file_has_no_column_for() -> None:
    known = {"billing": group("Billing", "Who bills", VIEW_ORDERS)}
    rows = [row(2, "Billing", "", None)]
    assert plan_group_import(rows, {"group"}, known).replaced == {}
    assert plan_group_import(rows, {"group", "feature"}, known).replaced == {1: draft("Billing", "Who bills")}
    assert plan_group_import(rows, {"group", "description"}, known).replaced == {1: draft("Billing", "", VIEW_ORDERS)}


def test_a_grant_keeps_the_limits_that_the_file_has_no_column_for() -> None:
    known = {"billing": group("Billing", "", IN_SAT)}
    columns = frozenset({"group", "feature", "level"})
    approving = row(2, "Billing", "", Grant("rating.orders", Level.APPROVE))
    (completed,), faults = complete_limits(TableFile([approving], columns), known)
    assert (completed.row.branches, faults) == (("SAT",), [])
    plan = plan_group_import([completed], columns, known)
    assert plan.outcome.shown[0].values == [ValueChange("rating.orders / branches SAT", "view", "approve")]


def test_a_grant_that_could_be_either_of_two_is_refused() -> None:
    known = {"billing": group("Billing", "", IN_SAT, VIEW_ORDERS)}
    file = TableFile([row(2, "Billing", "", VIEW_ORDERS)], frozenset({"group", "feature", "level"}))
    _, ((numbered, column, detail),) = complete_limits(file, known)
    assert (numbered.line, column, "add the columns branches" in detail) == (2, "feature", True)


def test_every_fault_is_reported_with_its_line() -> None:
    rows = [
        row(2, "Billing", "Who bills", Grant("rating.ordres", Level.VIEW)),
        row(3, "Billing", "Who pays", VIEW_ORDERS),
        row(4, "Proof", "", Grant("security.users", Level.VIEW, Limits(branches=frozenset({"SAT"})))),
        row(5, "billing", "", VIEW_ORDERS),
    ]
    faults = find_group_faults(rows, FEATURES)
    assert [fault.pointer for fault in faults] == [
        "line 2, column feature",
        "line 3, column description",
        "line 4, column feature",
        "line 5, column feature",
    ]
    assert faults[1].detail == "differs from the description of Billing on line 2"
    assert "is listed twice" in faults[3].detail


def test_a_group_with_too_many_grants_is_refused() -> None:
    rows = [
        row(line, "Billing", "", Grant("rating.orders", Level.VIEW, Limits(customers=frozenset({str(line)}))))
        for line in range(MOST_GRANTS + 1)
    ]
    assert [fault.detail for fault in find_group_faults(rows, FEATURES)] == [
        f"Billing has more than {MOST_GRANTS} grants"
    ]
