"""What the gateway fetches: the complete table at one epoch, or nothing if it already has that epoch."""

import httpx
import pytest

from shared.access.grants import Grant, Level, Limits
from tests.services.security.conftest import ADMINISTRATION, Client, Company

SAT = Limits(branches=frozenset({"SAT"}))


@pytest.fixture
def gateway(client: Client) -> httpx.AsyncClient:
    """The gateway with its own identity."""
    return client(Grant("security.permission_table", Level.VIEW), user="gateway")


async def test_active_users_and_all_groups_are_in_the_table(gateway: httpx.AsyncClient, company: Company) -> None:
    ana = await company.user("ALAMO\\ana")
    ben = await company.user("ALAMO\\ben", active=False)
    orders = (Grant("rating.orders", Level.VIEW), Grant("rating.orders", Level.EDIT, SAT))
    proof = await company.group("Proof", *orders, members=(ana, ben))
    empty = await company.group("Empty")
    answer = await gateway.get("/v1/permission-table")
    assert answer.status_code == 200
    assert answer.json() == {
        "epoch": 6,
        "users": {str(ana): {"name": "ALAMO\\ana", "groups": [str(proof)]}},
        "groups": {
            str(proof): {
                "name": "Proof",
                "grants": [
                    {"levels": {"rating.orders": "view"}},
                    {"levels": {"rating.orders": "edit"}, "branches": ["SAT"]},
                ],
            },
            str(empty): {"name": "Empty", "grants": []},
        },
    }
    assert answer.headers["etag"] == '"6"'


async def test_a_caller_with_the_current_epoch_gets_304(gateway: httpx.AsyncClient, company: Company) -> None:
    held = (await gateway.get("/v1/permission-table")).headers["etag"]
    for form in (held, f"W/{held}", f" {held} "):
        answer = await gateway.get("/v1/permission-table", headers={"if-none-match": form})
        assert (answer.status_code, answer.content, answer.headers["etag"]) == (304, b"", held)
    await company.user("ALAMO\\ana")
    answer = await gateway.get("/v1/permission-table", headers={"if-none-match": held})
    assert (answer.status_code, answer.json()["epoch"]) == (200, 2)


@pytest.mark.parametrize("nonsense", ["x", '"x"', "", '"99999999999999999999"', '"0"'])
async def test_an_unknown_etag_gets_the_table(gateway: httpx.AsyncClient, nonsense: str) -> None:
    answer = await gateway.get("/v1/permission-table", headers={"if-none-match": nonsense})
    assert (answer.status_code, answer.json()["epoch"]) == (200, 1)


async def test_only_callers_with_the_feature_get_the_table(client: Client) -> None:
    assert (await client().get("/v1/permission-table")).status_code == 401
    answer = await client(*ADMINISTRATION).get("/v1/permission-table")
    assert (answer.status_code, answer.json()["code"]) == (403, "FORBIDDEN")


async def test_users_see_their_features_and_the_groups_that_grant_them(client: Client, company: Company) -> None:
    ana = await company.user("ALAMO\\ana")
    entry = await company.group("Order Entry", Grant("rating.orders", Level.VIEW), members=(ana,))
    proof = await company.group("Proof", Grant("rating.orders", Level.EDIT, SAT), members=(ana,))
    await company.group("Billing", Grant("receivables.invoices", Level.VIEW))
    answer = await client(user=ana).get("/v1/me")
    assert answer.json() == {
        "id": ana,
        "name": "ALAMO\\ana",
        "display_name": "Ana",
        "groups": [{"id": entry, "name": "Order Entry"}, {"id": proof, "name": "Proof"}],
        "features": [
            {
                "feature": "rating.orders",
                "label": "rating.orders",
                "level": "edit",
                "level_label": "Enter and change",
                "grants": [
                    {
                        "feature": "rating.orders",
                        "level": "edit",
                        "branches": ["SAT"],
                        "customers": [],
                        "ar_companies": [],
                        "group": {"id": proof, "name": "Proof"},
                    },
                    {
                        "feature": "rating.orders",
                        "level": "view",
                        "branches": [],
                        "customers": [],
                        "ar_companies": [],
                        "group": {"id": entry, "name": "Order Entry"},
                    },
                ],
            }
        ],
    }


async def test_a_caller_who_is_not_an_active_user_has_no_account(client: Client, company: Company) -> None:
    ben = await company.user("ALAMO\\ben", active=False)
    assert (await client().get("/v1/me")).status_code == 401
    for subject in (ben, ben + 1, "gateway"):
        answer = await client(user=subject).get("/v1/me")
        assert (answer.status_code, answer.json()["code"]) == (404, "NOT_FOUND")


async def test_features_are_listed_with_the_operations_that_require_them(client: Client) -> None:
    page = (await client(Grant("security.groups", Level.VIEW)).get("/v1/features")).json()
    assert (page["next_cursor"], page["totals"]) == (None, {"count": 5})
    (orders,) = [one for one in page["items"] if one["feature"] == "rating.orders"]
    assert orders == {
        "module": "rating",
        "feature": "rating.orders",
        "label": "The rating.orders",
        "levels": ["view", "edit"],
        "level_labels": ["See", "Enter and change"],
        "operations": [
            {"service": "rating", "method": "GET", "path": "/v1/orders", "summary": "view it", "level": "view"},
            {"service": "rating", "method": "POST", "path": "/v1/orders", "summary": "edit it", "level": "edit"},
        ],
    }
