"""Passwords of the Windows domain are checked by the domain over TLS, and names stay with their owners."""

import socket
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI
from pydantic import SecretStr

from services.security.actions.directory import Directory
from services.security.errors import IdentityProviderAway
from services.security.rules.directory import DirectorySettings
from services.security.rules.log_ins import MOST_OF_ACCOUNT
from shared.access.grants import Grant, Level
from tests.services.security.conftest import PASSWORD, Client, Company
from tests.services.security.directory.slapd import BASE, BIND_NAME, Entry, Slapd, sid

pytestmark = pytest.mark.ldap

SECRET = "Winter-2026!"
ENTRIES = [
    Entry("ana", SECRET, sid(1001)),
    Entry("ben", SECRET, sid(1002)),
    Entry("#o (x) n", SECRET, sid(1003)),
    Entry("Jos\u00e9", SECRET, sid(1004)),
]
AUDIT = Grant("security.audit", Level.VIEW)


@pytest.fixture(scope="module")
def slapd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Slapd]:
    server = Slapd(tmp_path_factory.mktemp("slapd"), ENTRIES)
    yield server
    server.stop()


def settings_of(slapd: Slapd) -> DirectorySettings:
    return DirectorySettings(
        url=slapd.url,
        ca_file=slapd.authority.certificate,
        domain="ALAMO",
        base=BASE,
        bind_name=BIND_NAME,
        name_attribute="sAMAccountName",
        id_attribute="objectSid",
        timeout_seconds=5,
    )


@pytest.fixture
def directory(slapd: Slapd) -> Directory:
    return Directory(settings_of(slapd))


@pytest.fixture
async def nobody(app: FastAPI, directory: Directory, client: Client) -> httpx.AsyncClient:
    app.state.directory = directory
    return client()


async def log_in(nobody: httpx.AsyncClient, name: str = "ALAMO\\ana", password: str = SECRET) -> httpx.Response:
    return await nobody.post("/v1/tokens", json={"user": name, "password": password})


async def test_a_known_user_logs_in_with_the_domains_password_and_is_bound_by_sid(
    nobody: httpx.AsyncClient, clerk: httpx.AsyncClient, company: Company
) -> None:
    ana = await company.user("ALAMO\\ana")
    assert (await log_in(nobody, "alamo\\ANA")).status_code == 200
    (bound,) = (await clerk.get(f"/v1/users/{ana}/bindings")).json()["items"]
    assert (bound["source"], bound["subject"]) == ("directory", "S-1-5-21-1-2-3-1001")
    assert (await log_in(nobody)).status_code == 200


@pytest.mark.parametrize("name", ["#o (x) n", "Jos\u00e9", "jose\u0301"])
async def test_special_characters_in_names_are_escaped(nobody: httpx.AsyncClient, company: Company, name: str) -> None:
    user = "#o (x) n" if name.startswith("#") else "Jos\u00e9"
    await company.user(f"ALAMO\\{user}")
    assert (await log_in(nobody, f"ALAMO\\{name}")).status_code == 200


@pytest.mark.parametrize(
    ("name", "password"),
    [
        ("ALAMO\\ana", "wrong"),
        ("ALAMO\\ana", SECRET.lower()),
        ("ALAMO\\ana", " "),
        ("ALAMO\\ben", SECRET),
        ("ALAMO\\nobody", SECRET),
        ("OTHER\\ana", SECRET),
        ("ana", SECRET),
        ("ALAMO\\eve", SECRET),
        ("ALAMO\\a#", SECRET),
    ],
)
async def test_everything_else_gets_the_same_refusal(
    nobody: httpx.AsyncClient, company: Company, name: str, password: str
) -> None:
    await company.user("ALAMO\\ana")
    await company.user("ALAMO\\eve", active=False)
    await company.user("OTHER\\ana")
    answer = await log_in(nobody, name, password)
    assert (answer.status_code, answer.json()["code"]) == (401, "LOGIN_REFUSED")


@pytest.mark.parametrize("password", ["", "\x00", "\x00" + SECRET, SECRET + "\x00"])
async def test_an_empty_password_never_reaches_the_directory(
    nobody: httpx.AsyncClient, directory: Directory, slapd: Slapd, company: Company, password: str
) -> None:
    import bonsai

    await company.user("ALAMO\\ana")
    asked = slapd.count("ACCEPT")
    assert (await log_in(nobody, password=password)).status_code == 401
    assert await directory.find_subject("ana", SecretStr(password)) is None
    assert slapd.count("ACCEPT") == asked
    # This directory would have accepted it.
    client = bonsai.LDAPClient(slapd.url)
    client.set_ca_cert(str(slapd.authority.certificate))
    client.set_credentials("SIMPLE", user=BIND_NAME.format(name="ana"), password="")
    async with client.connect(is_async=True, timeout=5):
        pass


async def test_another_account_with_the_same_name_is_refused_and_audited(
    nobody: httpx.AsyncClient, client: Client, company: Company, tmp_path: Path, app: FastAPI
) -> None:
    await company.user("ALAMO\\ana")
    assert (await log_in(nobody)).status_code == 200
    other = Slapd(tmp_path, [Entry("ana", SECRET, sid(2001))])
    try:
        app.state.directory = Directory(settings_of(other))
        assert (await log_in(nobody)).status_code == 401
    finally:
        other.stop()
    told = (await client(AUDIT, user="auditor").get("/v1/audit")).json()["items"]
    assert (told[0]["name"], told[0]["status"]) == ("ALAMO\\ana", 401)
    assert told[0]["body"] == '{"reason": "the name belongs to another account"}'
    assert SECRET not in str(told)


async def test_a_local_password_goes_first_and_never_to_the_directory(
    nobody: httpx.AsyncClient, slapd: Slapd, company: Company
) -> None:
    await company.user("ALAMO\\ana", password=PASSWORD)
    asked = slapd.count("ACCEPT")
    assert (await log_in(nobody, password=PASSWORD)).status_code == 200
    assert (await log_in(nobody, password=SECRET)).status_code == 401
    assert slapd.count("ACCEPT") == asked


async def test_limited_log_ins_never_reach_the_directory(
    nobody: httpx.AsyncClient, slapd: Slapd, company: Company
) -> None:
    await company.user("ALAMO\\ana")
    asked = slapd.count("ACCEPT")
    statuses = [(await log_in(nobody, password="wrong")).status_code for _ in range(MOST_OF_ACCOUNT + 3)]
    assert statuses == [401] * MOST_OF_ACCOUNT + [429] * 3
    assert slapd.count("ACCEPT") == asked + MOST_OF_ACCOUNT


@pytest.mark.parametrize("fault", ["another authority", "another name", "nobody listens", "silence"])
async def test_a_directory_that_is_untrusted_or_unreachable_locks_nobody_out(
    nobody: httpx.AsyncClient, slapd: Slapd, company: Company, app: FastAPI, tmp_path: Path, fault: str
) -> None:
    await company.user("ALAMO\\ana")
    sound = settings_of(slapd)
    with socket.socket() as mute:
        mute.bind(("127.0.0.1", 0))
        mute.listen()
        port = mute.getsockname()[1]
        if fault == "another authority":
            stranger = Slapd(tmp_path, ENTRIES)
            wrong = replace(settings_of(stranger), ca_file=sound.ca_file)
        elif fault == "another name":
            stranger = Slapd(tmp_path, ENTRIES, host="dc1.alamo.example")
            wrong = settings_of(stranger)
        else:
            stranger = None
            url = f"ldaps://127.0.0.1:{port}" if fault == "silence" else "ldaps://127.0.0.1:9"
            wrong = replace(sound, url=url, timeout_seconds=1)
        app.state.directory = Directory(wrong)
        began = time.monotonic()
        # More attempts than the limit of failures allows; fewer for a silent directory, which takes long.
        for _ in range(1 if fault == "silence" else MOST_OF_ACCOUNT + 1):
            answer = await log_in(nobody)
            assert (answer.status_code, answer.json()["code"]) == (503, "IDENTITY_PROVIDER_AWAY")
        assert time.monotonic() - began < 60
        if stranger is not None:
            # The password was sent to nobody: the certificate was refused before any log-in.
            assert stranger.count("BIND") == 0
            stranger.stop()
    with pytest.raises(IdentityProviderAway):
        await Directory(wrong).find_subject("ana", SecretStr(SECRET))
    app.state.directory = Directory(sound)
    assert (await log_in(nobody)).status_code == 200


async def test_no_password_is_logged(
    nobody: httpx.AsyncClient, company: Company, caplog: pytest.LogCaptureFixture, slapd: Slapd, app: FastAPI
) -> None:
    caplog.set_level("DEBUG")
    await company.user("ALAMO\\ana")
    answers = [await log_in(nobody, password="wrong-" + SECRET), await log_in(nobody)]
    app.state.directory = Directory(replace(settings_of(slapd), url="ldaps://127.0.0.1:9", timeout_seconds=1))
    answers.append(await log_in(nobody))
    assert "the directory:" in caplog.text
    assert SECRET not in caplog.text + "".join(answer.text for answer in answers)
