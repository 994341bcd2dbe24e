"""Importing groups from a file with one row for each grant."""

from services.security.records.grants import GrantEntry
from services.security.records.groups import MOST_GRANTS, GroupDraft, GroupRow
from services.security.rules.features import features_of
from services.security.rules.groups import find_group_faults, plan_group_import
from shared.access.grants import Grant, Level, Limits
from shared.files.csv import Numbered
from tests.services.security.conftest import DOCUMENTS

FEATURES = features_of(DOCUMENTS)
VIEW_ORDERS = Grant("rating.orders", Level.VIEW)
VIEW_INVOICES = Grant("receivables.invoices", Level.VIEW)


def row(line: int, group: str, description: str, grant: Grant | None) -> Numbered[GroupRow]:
    """A line of the file, which without a grant only names its group."""
    given = {} if grant is None else GrantEntry.of(grant).model_dump()
    return Numbered(line, GroupRow(group=group, description=description, **given))


def draft(name: str, description: str, *grants: Grant) -> GroupDraft:
    return GroupDraft(name=name, description=description, grants=tuple(map(GrantEntry.of, grants)))


def test_the_rows_of_a_group_are_its_grants() -> None:
    rows = [
        row(2, "Billing", "Who bills", VIEW_ORDERS),
        row(3, "Proof", "", VIEW_ORDERS),
        row(4, "BILLING", "", VIEW_INVOICES),
    ]
    assert find_group_faults(rows, FEATURES) == []
    assert plan_group_import(rows) == [
        draft("Billing", "Who bills", VIEW_ORDERS, VIEW_INVOICES),
        draft("Proof", "", VIEW_ORDERS),
    ]


def test_a_row_without_a_grant_only_names_its_group() -> None:
    assert plan_group_import([row(2, "Billing", "", None)]) == [draft("Billing", "")]


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
    assert "listed twice" in faults[3].detail


def test_a_group_with_too_many_grants_is_refused() -> None:
    rows = [
        row(line, "Billing", "", Grant("rating.orders", Level.VIEW, Limits(customers=frozenset({str(line)}))))
        for line in range(MOST_GRANTS + 1)
    ]
    assert [fault.detail for fault in find_group_faults(rows, FEATURES)] == [
        f"Billing has more than {MOST_GRANTS} grants"
    ]
