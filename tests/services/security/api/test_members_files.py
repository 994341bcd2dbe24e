"""Files of members: the members of each group in the file become exactly those in it."""

import httpx

from shared.access.grants import Grant, Level
from tests.fixtures.security_files import MEMBERS, counts, load, make_company, save
from tests.services.security.conftest import Client, Company


async def test_a_file_of_members_replaces_the_members_of_its_groups_only(
    clerk: httpx.AsyncClient, company: Company
) -> None:
    await make_company(company)
    assert (await load(clerk, "members", *MEMBERS)).json() == counts(0, 2, 0)
    expected = ["group,user", "Proof,ALAMO\\ana", "Proof,ALAMO\\ben", "Rating,ALAMO\\ana"]
    assert await save(clerk, "members") == expected
    assert (await load(clerk, "members", *expected)).json() == counts(0, 0, 2)
    assert await save(clerk, "members") == expected


async def test_members_are_listed_by_page_group_and_user(clerk: httpx.AsyncClient, company: Company) -> None:
    users = await make_company(company)
    first = (await clerk.get("/v1/members", params={"limit": 2, "sort": "-user"})).json()
    assert ([one["user"]["name"] for one in first["items"]], first["totals"]) == (
        ["ALAMO\\eve", "ALAMO\\ana"],
        {"count": 3},
    )
    rest = await clerk.get("/v1/members", params={"limit": 2, "sort": "-user", "cursor": first["next_cursor"]})
    assert [one["group"]["name"] for one in rest.json()["items"]] == ["Billing"]
    of_ana = (await clerk.get("/v1/members", params={"user": users["ana"]})).json()
    assert [one["group"]["name"] for one in of_ana["items"]] == ["Billing", "Rating"]
    proof = of_ana["items"][0]["group"]["id"]
    assert (await clerk.get("/v1/members", params={"group": proof})).json()["totals"] == {"count": 1}


async def test_a_faulty_file_of_members_changes_nothing_and_all_faults_are_reported(
    clerk: httpx.AsyncClient, company: Company
) -> None:
    await make_company(company)
    before = await save(clerk, "members")
    answer = await load(clerk, "members", "group,user", "Proof,ALAMO\\zoe", "Nothing,ALAMO\\ana", "Proofs,ana")
    assert [one["pointer"] for one in answer.json()["errors"]] == [
        "line 2, column user",
        "line 3, column group",
        "line 4, column user",
        "line 4, column group",
    ]
    twice = await load(clerk, "members", "group,user", "Proof,ALAMO\\ana", "proof,alamo\\ANA")
    assert twice.json()["code"] == "IMPORT_REFUSED"
    assert await save(clerk, "members") == before


async def test_a_file_of_members_can_neither_add_its_sender_nor_remove_the_last_administrator(
    clerk: httpx.AsyncClient, client: Client, company: Company
) -> None:
    users = await make_company(company)
    administering = Grant("security.groups", Level.ADMIN)
    own = await load(client(administering, user=users["ana"]), "members", "group,user", "Proof,ALAMO\\ana")
    assert (own.status_code, own.json()["code"]) == (403, "OWN_GROUP")
    await company.group("Administrators", administering, members=(users["ben"],))
    last = await load(clerk, "members", "group,user", "Administrators,")
    assert (last.status_code, last.json()["code"]) == (409, "LAST_ADMINISTRATOR")
