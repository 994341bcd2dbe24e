"""Loading groups from a file with one row for each grant."""

from services.security.rules.features import features_of
from services.security.rules.groups import MOST_GRANTS, GrantRow, GroupDraft, find_group_faults, plan_group_import
from shared.access.grants import Grant, Level, Limits
from tests.services.security.conftest import DOCUMENTS

FEATURES = features_of(DOCUMENTS)
VIEW_ORDERS = Grant("rating.orders", Level.VIEW)
VIEW_INVOICES = Grant("receivables.invoices", Level.VIEW)


def test_the_rows_of_a_group_are_its_grants() -> None:
    rows = [
        GrantRow(2, "Billing", "Who bills", VIEW_ORDERS),
        GrantRow(3, "Proof", "", VIEW_ORDERS),
        GrantRow(4, "BILLING", "", VIEW_INVOICES),
    ]
    assert find_group_faults(rows, FEATURES) == []
    assert plan_group_import(rows) == [
        GroupDraft("Billing", "Who bills", (VIEW_ORDERS, VIEW_INVOICES)),
        GroupDraft("Proof", "", (VIEW_ORDERS,)),
    ]


def test_a_row_without_a_grant_only_names_its_group() -> None:
    assert plan_group_import([GrantRow(2, "Billing", "", None)]) == [GroupDraft("Billing", "", ())]


def test_every_fault_is_named_with_its_line() -> None:
    rows = [
        GrantRow(2, "Billing", "Who bills", Grant("rating.ordres", Level.VIEW)),
        GrantRow(3, "Billing", "Who pays", VIEW_ORDERS),
        GrantRow(4, "Proof", "", Grant("security.users", Level.VIEW, Limits(branches=frozenset({"SAT"})))),
        GrantRow(5, "billing", "", VIEW_ORDERS),
    ]
    faults = find_group_faults(rows, FEATURES)
    assert [fault.pointer for fault in faults] == [
        "line 2, column feature",
        "line 3, column description",
        "line 4, column feature",
        "line 5, column feature",
    ]
    assert faults[1].detail == "Billing has another one on line 2"
    assert "stands twice" in faults[3].detail


def test_a_group_with_more_grants_than_can_be_is_refused() -> None:
    rows = [
        GrantRow(line, "Billing", "", Grant("rating.orders", Level.VIEW, Limits(customers=frozenset({str(line)}))))
        for line in range(MOST_GRANTS + 1)
    ]
    assert [fault.detail for fault in find_group_faults(rows, FEATURES)] == [
        f"Billing has more than {MOST_GRANTS} grants"
    ]
