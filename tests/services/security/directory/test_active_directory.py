"""Log-ins with a real Active Directory domain, where accounts log in as `DOMAIN\\name` and have an objectSid."""

import re
from collections.abc import Iterator

import httpx
import pytest
from fastapi import FastAPI

from services.security.actions.directory import Directory
from services.security.rules.directory import DirectorySettings
from tests.services.security.conftest import Client, Company
from tests.services.security.directory.samba import BASE, Samba

pytestmark = pytest.mark.ad

SECRET = "Winter-2026!"


@pytest.fixture(scope="module")
def domain(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Samba]:
    made = Samba(tmp_path_factory.mktemp("samba"))
    for name in ("ana", "ben", "disabled", "o (x) n"):
        made.user("create", name, SECRET)
    made.user("disable", "disabled")
    yield made
    made.stop()


@pytest.fixture
async def nobody(app: FastAPI, domain: Samba, client: Client) -> httpx.AsyncClient:
    app.state.directory = Directory(
        DirectorySettings(
            url=domain.url,
            ca_file=domain.authority.certificate,
            domain="ALAMO",
            base=BASE,
            bind_name=r"{domain}\{name}",
            name_attribute="sAMAccountName",
            id_attribute="objectSid",
            timeout_seconds=5,
        )
    )
    return client()


async def log_in(nobody: httpx.AsyncClient, name: str = "ALAMO\\ana", password: str = SECRET) -> int:
    return (await nobody.post("/v1/tokens", json={"user": name, "password": password})).status_code


async def test_an_account_of_the_domain_logs_in_and_is_bound_by_its_sid(
    nobody: httpx.AsyncClient, clerk: httpx.AsyncClient, domain: Samba, company: Company
) -> None:
    ana = await company.user("ALAMO\\ana")
    assert await log_in(nobody, "alamo\\Ana") == 200
    (bound,) = (await clerk.get(f"/v1/users/{ana}/bindings")).json()["items"]
    told = re.search(r"^objectSid: (\S+)$", domain.user("show", "ana"), re.MULTILINE)
    assert told is not None
    assert bound["subject"] == told[1]
    await company.user("ALAMO\\o (x) n")
    assert await log_in(nobody, "ALAMO\\o (x) n") == 200


@pytest.mark.parametrize(
    ("name", "password"),
    [("ana", "wrong"), ("ana", ""), ("ana", " "), ("disabled", SECRET), ("nobody", SECRET), ("ben", SECRET)],
)
async def test_everyone_else_is_refused(nobody: httpx.AsyncClient, company: Company, name: str, password: str) -> None:
    for known in ("ana", "disabled", "nobody"):
        await company.user(f"ALAMO\\{known}")
    assert await log_in(nobody, f"ALAMO\\{name}", password) == 401


async def test_an_account_recreated_under_the_same_name_is_a_different_one(
    nobody: httpx.AsyncClient, clerk: httpx.AsyncClient, domain: Samba, company: Company
) -> None:
    eve = await company.user("ALAMO\\eve")
    domain.user("create", "eve", SECRET)
    assert await log_in(nobody, "ALAMO\\eve") == 200
    domain.user("delete", "eve")
    domain.user("create", "eve", SECRET)
    assert await log_in(nobody, "ALAMO\\eve") == 401
    assert (await clerk.delete(f"/v1/users/{eve}/bindings")).status_code == 204
    assert await log_in(nobody, "ALAMO\\eve") == 200
