"""A user's access with its reasons; copying and comparing groups."""

import httpx

from services.security.records.grants import GrantEntry
from services.security.rules.groups import GrantDifference, compare_grants
from shared.access.grants import Grant, Level, Limits
from tests.services.security.conftest import Company

SAT = Limits(branches=frozenset({"SAT"}))
VIEW = Grant("rating.orders", Level.VIEW)
EDIT_IN_SAT = Grant("rating.orders", Level.EDIT, SAT)
EXPORT = Grant("rating.export", Level.APPROVE)


async def test_access_shows_the_level_and_the_groups_that_grant_it(clerk: httpx.AsyncClient, company: Company) -> None:
    ana = await company.user("ALAMO\\ana")
    proof = await company.group("Proof", VIEW, members=(ana,))
    billing = await company.group("Billing", EDIT_IN_SAT, EXPORT, members=(ana,))
    told = (await clerk.get(f"/v1/users/{ana}/access")).json()
    assert (told["user"], told["active"]) == ("ALAMO\\ana", True)
    orders = next(one for one in told["features"] if one["feature"] == "rating.orders")
    assert (orders["level"], orders["level_label"]) == ("edit", "Enter and change")
    export = next(one for one in told["features"] if one["feature"] == "rating.export")
    assert (export["label"], export["level_label"]) == ("Export rated work orders", "Approve")
    assert {(one["level"], one["group"]["id"], *one["branches"]) for one in orders["grants"]} == {
        ("view", proof),
        ("edit", billing, "SAT"),
    }


async def test_an_inactive_user_has_no_access_and_an_unknown_one_is_404(
    clerk: httpx.AsyncClient, company: Company
) -> None:
    ana = await company.user("ALAMO\\ana", active=False)
    await company.group("Proof", VIEW, members=(ana,))
    assert (await clerk.get(f"/v1/users/{ana}/access")).json()["features"] == []
    assert (await clerk.get("/v1/users/4711/access")).status_code == 404


async def test_a_copy_has_the_same_grants_and_no_members(clerk: httpx.AsyncClient, company: Company) -> None:
    ana = await company.user("ALAMO\\ana")
    billing = await company.group("Billing", EDIT_IN_SAT, EXPORT, members=(ana,))
    made = await clerk.post(f"/v1/groups/{billing}/copy", json={"name": "Billing Miami"})
    assert made.status_code == 201
    copy = made.json()
    assert (copy["name"], copy["member_count"]) == ("Billing Miami", 0)
    assert copy["grants"] == (await clerk.get(f"/v1/groups/{billing}")).json()["grants"]
    compared = (await clerk.get(f"/v1/groups/{billing}/comparison/{copy['id']}")).json()
    assert compared["differences"] == []


async def test_a_copy_needs_a_new_name_and_an_existing_group(clerk: httpx.AsyncClient, company: Company) -> None:
    billing = await company.group("Billing", EXPORT)
    taken = await clerk.post(f"/v1/groups/{billing}/copy", json={"name": "billing"})
    assert (taken.status_code, taken.json()["code"]) == (409, "GROUP_EXISTS")
    assert (await clerk.post("/v1/groups/4711/copy", json={"name": "New"})).status_code == 404


async def test_two_groups_are_compared_feature_by_feature(clerk: httpx.AsyncClient, company: Company) -> None:
    first = await company.group("Billing", VIEW, EXPORT)
    second = await company.group("Proof", VIEW, EDIT_IN_SAT)
    told = (await clerk.get(f"/v1/groups/{first}/comparison/{second}")).json()
    assert (told["first"]["name"], told["second"]["name"]) == ("Billing", "Proof")
    assert [(one["feature"], one["branches"], one["first"], one["second"]) for one in told["differences"]] == [
        ("rating.export", [], "approve", "none"),
        ("rating.orders", ["SAT"], "none", "edit"),
    ]
    assert (await clerk.get(f"/v1/groups/{first}/comparison/4711")).status_code == 404


def test_the_same_feature_at_another_level_is_one_difference() -> None:
    view, admin, export = map(GrantEntry.of, (VIEW, Grant("rating.orders", Level.ADMIN), EXPORT))
    assert compare_grants([view], [admin]) == [GrantDifference("rating.orders", (), (), (), "view", "admin")]
    assert compare_grants([view, export], [export, view]) == []
