"""Files of users and groups: imported completely or not at all, and exported in the format of the import."""

import asyncio

import httpx
import pytest
from fastapi import FastAPI

from shared.access.grants import Grant, Level
from shared.database.statements import fetch_value
from shared.files.xlsx import XLSX_TYPE
from tests.fixtures.security_files import MEMBERS, ORDERS, counts, load, make_company, save
from tests.services.security.conftest import PASSWORD, Client, Company

USERS = (
    "name,display_name,active,groups",
    "ALAMO\\ana,Ana,yes,Proof;billing",
    "ALAMO\\ben,Ben,no,",
    "ALAMO\\eve,Eve,,",
)


async def test_a_file_creates_users_and_adds_them_to_groups(clerk: httpx.AsyncClient, company: Company) -> None:
    await company.group("Proof", ORDERS)
    await company.group("Billing")
    answer = await load(clerk, "users", *USERS)
    assert (answer.status_code, answer.json()) == (201, counts(3, 0, 0))
    assert await save(clerk, "users") == [
        "name,display_name,active,groups,kind",
        "ALAMO\\ana,Ana,yes,Billing; Proof,person",
        "ALAMO\\ben,Ben,no,,person",
        "ALAMO\\eve,Eve,yes,,person",
    ]


async def test_importing_an_export_changes_nothing(clerk: httpx.AsyncClient, company: Company) -> None:
    ana = await company.user("ALAMO\\ana")
    await company.user("ALAMO\\ben", active=False)
    await company.group("Proof", ORDERS, members=(ana,))
    await company.group("Billing")
    before = [await save(clerk, noun) for noun in ("users", "groups")]
    users = await load(clerk, "users", *before[0])
    assert users.json() == counts(0, 0, 2)
    groups = await load(clerk, "groups", *before[1])
    assert groups.json() == counts(0, 0, 2)
    assert [await save(clerk, noun) for noun in ("users", "groups")] == before


async def test_a_second_file_changes_only_the_users_in_it(clerk: httpx.AsyncClient, company: Company) -> None:
    await company.group("Proof")
    await company.group("Billing")
    await load(clerk, "users", *USERS)
    answer = await load(
        clerk, "users", "groups,display_name,name", "Billing,Ana María,alamo\\ANA", ",Ben,ALAMO\\ben", ",Zoe,ALAMO\\zoe"
    )
    assert answer.json() == counts(1, 1, 1)
    assert await save(clerk, "users") == [
        "name,display_name,active,groups,kind",
        "ALAMO\\ana,Ana María,yes,Billing,person",
        "ALAMO\\ben,Ben,no,,person",
        "ALAMO\\eve,Eve,yes,,person",
        "ALAMO\\zoe,Zoe,yes,,person",
    ]


async def test_every_fault_is_reported_and_nothing_is_imported(clerk: httpx.AsyncClient) -> None:
    answer = await load(
        clerk,
        "users",
        "name,display_name,active",
        "ana,Ana,",
        "ALAMO\\ben,,",
        "ALAMO\\eve,Eve,perhaps",
        "ALAMO\\zoe,Zoe,yes",
        "alamo\\ZOE,Zoe,yes",
    )
    assert (answer.status_code, answer.json()["code"]) == (422, "IMPORT_REFUSED")
    assert [fault["pointer"] for fault in answer.json()["errors"]] == [
        "line 2, column name",
        "line 3, column display_name",
        "line 4, column active",
        "line 6",
    ]
    assert (await clerk.get("/v1/users")).json()["totals"] == {"count": 0}


@pytest.mark.parametrize("noun", ["users", "groups"])
@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"", "text/csv"),
        (b"colour\nred\n", "text/csv"),
        (b"name,display_name\nALAMO\\a\xff,Ana\n", "text/csv"),
        (b'name,display_name\n"ALAMO\\ana,Ana\n', "text/csv"),
        (b"name,display_name\nALAMO\\ana\n", "text/csv"),
        (b"name,display_name\nALAMO\\ana,A\x00na\n", "text/csv"),
        (b"{}", "application/json"),
    ],
)
async def test_a_file_of_another_form_is_refused(
    clerk: httpx.AsyncClient, noun: str, content: bytes, kind: str
) -> None:
    content = content if noun == "users" else content.replace(b"name,display_name", b"group,description")
    answer = await clerk.post(f"/v1/{noun}/import", content=content, headers={"content-type": kind})
    assert (answer.status_code, answer.json()["code"]) == (422, "IMPORT_REFUSED")


async def test_an_invalid_group_name_is_reported(clerk: httpx.AsyncClient) -> None:
    answer = await load(clerk, "users", "name,display_name,groups", "ALAMO\\ana,Ana,Proof;Pro\x00of")
    assert [fault["pointer"] for fault in answer.json()["errors"]] == ["line 2, column groups"]


async def test_an_unknown_group_is_reported(clerk: httpx.AsyncClient) -> None:
    answer = await load(clerk, "users", "name,display_name,groups", "ALAMO\\ana,Ana,Prof")
    assert answer.json()["errors"] == [{"pointer": "line 2, column groups", "detail": "there is no group Prof"}]


async def test_importing_memberships_needs_the_right_to_change_groups(client: Client, company: Company) -> None:
    await company.group("Proof")
    help_desk = client(Grant("security.users", Level.ADMIN), user=99)
    answer = await load(help_desk, "users", *USERS)
    assert (answer.status_code, answer.json()["code"]) == (403, "FORBIDDEN")
    assert (await load(help_desk, "users", USERS[0], USERS[2])).status_code == 201


async def test_a_file_that_deactivates_the_last_administrator_is_refused(
    clerk: httpx.AsyncClient, company: Company
) -> None:
    ana = await company.user("ALAMO\\ana")
    await company.group("Administrators", Grant("security.groups", Level.ADMIN), members=(ana,))
    answer = await load(clerk, "users", "name,display_name,active", "ALAMO\\zoe,Zoe,yes", "ALAMO\\ana,Ana,no")
    assert (answer.status_code, answer.json()["code"]) == (409, "LAST_ADMINISTRATOR")
    assert (await clerk.get("/v1/users")).json()["totals"] == {"count": 1}


async def test_a_user_deactivated_by_a_file_is_logged_out(
    clerk: httpx.AsyncClient, client: Client, company: Company
) -> None:
    await company.user("ALAMO\\ana", password=PASSWORD)
    log_in = await client().post("/v1/tokens", json={"user": "ALAMO\\ana", "password": PASSWORD})
    for active in ("no", "yes"):
        await load(clerk, "users", "name,display_name,active", f"ALAMO\\ana,Ana,{active}")
    refresh = {"refresh_token": log_in.json()["refresh_token"]}
    assert (await client().post("/v1/tokens/refresh", json=refresh)).status_code == 401


async def test_two_clerks_who_import_the_same_file_import_it_once(clerk: httpx.AsyncClient, company: Company) -> None:
    await company.group("Proof")
    await company.group("Billing")
    answers = await asyncio.gather(*(load(clerk, "users", *USERS) for _ in range(4)))
    assert sorted(answer.json()["created"] for answer in answers) == [0, 0, 0, 3]


async def test_a_large_file_is_imported_in_a_moment(clerk: httpx.AsyncClient, company: Company) -> None:
    await company.group("Proof")
    rows = [f"ALAMO\\user{number},User {number},yes,Proof" for number in range(5_000)]
    async with asyncio.timeout(10):
        answer = await load(clerk, "users", USERS[0], *rows)
        assert answer.json() == counts(5_000, 0, 0)
        answer = await load(clerk, "users", USERS[0], *rows)
    assert answer.json() == counts(0, 0, 5_000)


async def test_a_user_keeps_what_the_file_has_no_column_for_and_loses_what_is_empty(
    clerk: httpx.AsyncClient, company: Company
) -> None:
    ana = await company.user("ALAMO\\ana", active=False)
    await company.group("Proof", ORDERS, members=(ana,))
    assert (await load(clerk, "users", "name,display_name", "ALAMO\\ana,Ana María")).json() == counts(0, 1, 0)
    assert (await save(clerk, "users"))[1] == "ALAMO\\ana,Ana María,no,Proof,person"
    assert (await load(clerk, "users", "name,display_name,groups", "ALAMO\\ana,Ana María,")).json() == counts(0, 1, 0)
    assert (await save(clerk, "users"))[1] == "ALAMO\\ana,Ana María,no,,person"


async def test_files_that_change_no_group_can_be_loaded_by_its_members(
    client: Client, clerk: httpx.AsyncClient, company: Company
) -> None:
    ana = await company.user("ALAMO\\ana")
    await company.group("Proof", ORDERS, members=(ana,))
    own = client(Grant("security.groups", Level.ADMIN), Grant("security.users", Level.ADMIN), user=ana)
    before = (await clerk.get("/v1/groups")).json()
    for noun in ("groups", "members", "users"):
        assert (await load(own, noun, *await save(clerk, noun))).json() == counts(0, 0, 1), noun
    assert (await load(own, "members", "group", "Proof")).json() == counts(0, 0, 1)
    assert (await clerk.get("/v1/groups")).json() == before
    changed = await load(own, "groups", "group,feature,level", "Proof,rating.orders,edit")
    assert (changed.status_code, changed.json()["code"]) == (403, "OWN_GROUP")


GROUPS = (
    "group,description,feature,level,branches,customers,ar_companies",
    "Proof,Reads proofs,rating.orders,view,,,",
    "Proof,,rating.orders,edit,SAT;AUS,,2;1",
    "Billing,,receivables.invoices,view,,1042,",
    "Empty,,,,,,",
)


async def test_a_file_creates_groups_with_their_grants(clerk: httpx.AsyncClient) -> None:
    answer = await load(clerk, "groups", *GROUPS)
    assert (answer.status_code, answer.json()) == (201, counts(3, 0, 0))
    assert await save(clerk, "groups") == [
        GROUPS[0],
        "Billing,,receivables.invoices,view,,1042,",
        "Empty,,,,,,",
        "Proof,Reads proofs,rating.orders,view,,,",
        "Proof,Reads proofs,rating.orders,edit,AUS; SAT,,1; 2",
    ]


async def test_a_file_replaces_only_the_grants_of_the_groups_in_it(clerk: httpx.AsyncClient, company: Company) -> None:
    ana = await company.user("ALAMO\\ana")
    await load(clerk, "groups", *GROUPS)
    (proof,) = (await clerk.get("/v1/groups", params={"name": "Proof"})).json()["items"]
    await clerk.put(f"/v1/groups/{proof['id']}/members/{ana}")
    answer = await load(clerk, "groups", "feature,level,group", "rating.export,approve,PROOF")
    assert answer.json() == counts(0, 1, 0)
    assert await save(clerk, "groups") == [
        GROUPS[0],
        "Billing,,receivables.invoices,view,,1042,",
        "Empty,,,,,,",
        "Proof,Reads proofs,rating.export,approve,,,",
    ]
    assert (await clerk.get(f"/v1/groups/{proof['id']}")).json()["member_count"] == 1


async def test_every_faulty_grant_is_reported_and_nothing_is_imported(clerk: httpx.AsyncClient) -> None:
    answer = await load(
        clerk,
        "groups",
        GROUPS[0],
        "Proof,,rating.ordres,view,,,",
        "Proof,,security.users,view,SAT,,",
        "Billing,,rating.orders,view,,,",
    )
    assert (answer.status_code, answer.json()["code"]) == (422, "IMPORT_REFUSED")
    assert [fault["pointer"] for fault in answer.json()["errors"]] == [
        "line 2, column feature",
        "line 3, column feature",
    ]
    assert "rating.ordres" in answer.json()["errors"][0]["detail"]
    assert (await clerk.get("/v1/groups")).json()["totals"] == {"count": 0}


@pytest.mark.parametrize(
    ("row", "pointer", "detail"),
    [
        ("Proof,,rating.orders,,,,", "line 2, column (row)", "must have both a feature and a level, or neither"),
        ("Proof,,,view,,,", "line 2, column (row)", "must have both a feature and a level, or neither"),
        ("Proof,,,,SAT,,", "line 2, column (row)", "has limits but no feature"),
        ("Proof,,rating.orders,root,,,", "line 2, column level", ""),
        ("Proof,,rating.orders,view,,,x", "line 2, column ar_companies", ""),
        ("=1+1,,rating.orders,view,,,", "line 2, column group", "must begin with a letter or a digit"),
        (",,rating.orders,view,,,", "line 2, column group", "is empty"),
    ],
)
async def test_an_invalid_row_is_reported(clerk: httpx.AsyncClient, row: str, pointer: str, detail: str) -> None:
    answer = await load(clerk, "groups", GROUPS[0], row)
    (fault,) = answer.json()["errors"]
    assert fault["pointer"] == pointer
    assert detail in fault["detail"]


async def test_a_repeated_grant_is_reported(clerk: httpx.AsyncClient) -> None:
    answer = await load(clerk, "groups", GROUPS[0], GROUPS[2], "Proof,,rating.orders,view,AUS;SAT,,1;2")
    assert answer.json()["errors"] == [
        {
            "pointer": "line 3",
            "detail": "repeats Proof / rating.orders / branches AUS, SAT / AR companies 1, 2 of line 2",
        },
        {"pointer": "line 3, column feature", "detail": "rating.orders is listed twice with the same limits"},
    ]


async def test_a_file_creates_service_accounts_and_never_turns_one_into_a_person(
    clerk: httpx.AsyncClient, company: Company
) -> None:
    made = await load(clerk, "users", "name,display_name,kind", "ALAMO\\erp,Ledger,service", "ALAMO\\ana,Ana,")
    assert made.json() == counts(2, 0, 0)
    assert (await clerk.get("/v1/users", params={"kind": "service"})).json()["totals"] == {"count": 1}
    again = await load(clerk, "users", "name,display_name,kind", "ALAMO\\erp,Ledger,person", "ALAMO\\ana,Ana,")
    assert again.json()["errors"] == [
        {"pointer": "line 2, column kind", "detail": "cannot be changed: ALAMO\\erp is a service account"}
    ]


async def test_a_check_imports_nothing_and_keeps_the_epoch(clerk: httpx.AsyncClient, company: Company) -> None:
    await make_company(company)
    before = {noun: await save(clerk, noun) for noun in ("users", "groups", "members")}
    files = {
        "users": ("name,display_name", "ALAMO\\zoe,Zoe"),
        "groups": ("group,feature,level", "Clerks,rating.orders,view"),
        "members": MEMBERS,
    }
    async with company.database.transaction() as session:
        epoch = await fetch_value(session, "SELECT epoch FROM permission_epoch")
    for noun, lines in files.items():
        answer = await clerk.post(
            f"/v1/{noun}/import?check=true", content="\n".join(lines).encode(), headers={"content-type": "text/csv"}
        )
        assert answer.status_code == 200, answer.text
    assert {noun: await save(clerk, noun) for noun in before} == before
    async with company.database.transaction() as session:
        assert await fetch_value(session, "SELECT epoch FROM permission_epoch") == epoch


@pytest.mark.parametrize("noun", ["users", "groups", "members"])
async def test_an_exported_workbook_can_be_imported_again(
    clerk: httpx.AsyncClient, company: Company, noun: str
) -> None:
    await make_company(company)
    before = await save(clerk, noun)
    saved = await clerk.get(f"/v1/{noun}", headers={"accept": XLSX_TYPE})
    assert saved.headers["content-type"] == XLSX_TYPE
    loaded = await clerk.post(f"/v1/{noun}/import", content=saved.content, headers={"content-type": XLSX_TYPE})
    assert loaded.status_code in {200, 201}, loaded.text
    assert await save(clerk, noun) == before


async def test_a_company_can_turn_four_eyes_off(app: FastAPI, client: Client, company: Company) -> None:
    app.state.settings = app.state.settings.model_copy(update={"four_eyes": False})
    ana = await company.user("ALAMO\\ana")
    proof = await company.group("Proof", ORDERS)
    own = client(Grant("security.groups", Level.ADMIN), user=ana)
    assert (await own.put(f"/v1/groups/{proof}/members/{ana}")).status_code == 204
    etag = (await client(Grant("security.groups", Level.VIEW), user=9).get(f"/v1/groups/{proof}")).headers["etag"]
    changed = await own.put(f"/v1/groups/{proof}", json={"name": "Proof"}, headers={"if-match": etag})
    assert changed.status_code == 200
