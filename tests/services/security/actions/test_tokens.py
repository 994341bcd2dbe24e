"""Log-ins, refreshes and log-outs over time, with a clock that the test sets."""

import asyncio
from datetime import datetime, timedelta

import jwt
import pytest
from fastapi import FastAPI
from pydantic import SecretStr
from sqlalchemy.ext.asyncio import AsyncSession

from services.security.actions import tokens
from services.security.actions.log_ins import Entrance
from services.security.actions.users import change_user, get_user, set_password
from services.security.errors import LoginRefused
from services.security.jobs.pruning import PRUNES
from services.security.records.users import UserChange
from services.security.rules.tokens import TokenKeys, Tokens, token_keys
from shared.database.pool import Database
from shared.database.statements import fetch_value, fetch_values
from shared.errors import NotFound
from shared.service.jobs import Bell
from shared.service.pruning import prune_jobs
from tests.services.security.conftest import NOON, PASSWORD, SEED, Company

SECOND = timedelta(seconds=1)


class Door:
    """Logs in, refreshes and logs out, each in its own transaction."""

    def __init__(self, database: Database, keys: TokenKeys):
        self.database, self.keys = database, keys

    def entrance(self, session: AsyncSession, at: datetime = NOON) -> Entrance:
        return Entrance(self.database, session, self.keys, "10.0.0.1", at)

    async def log_in(self, name: str = "ALAMO\\ana", password: str = PASSWORD, at: datetime = NOON) -> Tokens:
        async with self.database.transaction() as session:
            return await tokens.log_in(self.entrance(session, at), name, SecretStr(password))

    async def refresh(self, token: str, at: datetime = NOON) -> Tokens | None:
        async with self.database.transaction() as session:
            return await tokens.refresh(self.entrance(session, at), SecretStr(token))

    async def log_out(self, user_id: int | None, token: str, at: datetime = NOON) -> None:
        async with self.database.transaction() as session:
            await tokens.log_out(session, user_id, SecretStr(token), at)

    async def end_reasons(self) -> list[str | None]:
        async with self.database.transaction() as session:
            return await fetch_values(session, "SELECT end_reason FROM session ORDER BY id")


@pytest.fixture
def door(app: FastAPI, keys: TokenKeys) -> Door:
    return Door(app.state.database, keys)


@pytest.fixture
async def ana(company: Company) -> int:
    return await company.user("ALAMO\\ana", password=PASSWORD)


def session_of(made: Tokens | None) -> str:
    assert made is not None
    session_id: str = jwt.decode(made.access_token, options={"verify_signature": False})["sid"]
    return session_id


async def test_each_log_in_is_a_session_of_its_own(door: Door, ana: int) -> None:
    first, second = await door.log_in(), await door.log_in("alamo\\ANA")
    assert session_of(first) != session_of(second)
    assert first.refresh_token != second.refresh_token


@pytest.mark.parametrize(
    ("name", "password"),
    [
        ("ALAMO\\ana", "wrong"),
        ("ALAMO\\ana", ""),
        ("ALAMO\\ana", PASSWORD.upper()),
        ("ALAMO\\nobody", PASSWORD),
        ("ana", PASSWORD),
        ("", PASSWORD),
        ("ALAMO\\a\x00na", PASSWORD),
        ("ALAMO\\an\ud800a", PASSWORD),
        ("ALAMO\\ana' OR 'a' = 'a", PASSWORD),
        ("ALAMO\\ben", PASSWORD),
        ("ALAMO\\eve", ""),
        ("ALAMO\\eve", PASSWORD),
    ],
)
async def test_every_failed_log_in_gets_the_same_refusal(
    door: Door, ana: int, company: Company, name: str, password: str
) -> None:
    await company.user("ALAMO\\ben", active=False, password=PASSWORD)
    await company.user("ALAMO\\eve")
    with pytest.raises(LoginRefused) as refused:
        await door.log_in(name, password)
    assert refused.value.detail == "The log-in was refused. Check your credentials and log in again."
    assert await door.end_reasons() == []


async def test_a_refresh_token_is_exchanged_for_the_next_one(door: Door, ana: int) -> None:
    first = await door.log_in()
    second = await door.refresh(first.refresh_token, NOON + timedelta(minutes=4))
    assert second is not None
    third = await door.refresh(second.refresh_token, NOON + timedelta(minutes=8))
    assert third is not None
    assert len({first.refresh_token, second.refresh_token, third.refresh_token}) == 3
    assert session_of(first) == session_of(second) == session_of(third)


async def test_the_previous_token_can_be_repeated_for_ten_seconds_and_gives_the_same_successor(
    door: Door, ana: int
) -> None:
    first = await door.log_in()
    second = await door.refresh(first.refresh_token)
    again = await door.refresh(first.refresh_token, NOON + 10 * SECOND)
    assert second is not None
    assert again is not None
    assert again.refresh_token == second.refresh_token
    assert await door.refresh(second.refresh_token, NOON + 20 * SECOND) is not None


@pytest.mark.parametrize("wait", [11 * SECOND, timedelta(hours=11)])
async def test_using_an_old_token_late_ends_the_session_for_everyone(door: Door, ana: int, wait: timedelta) -> None:
    first, other = await door.log_in(), await door.log_in()
    second = await door.refresh(first.refresh_token)
    assert second is not None
    assert await door.refresh(first.refresh_token, NOON + wait) is None
    assert await door.refresh(second.refresh_token, NOON + wait) is None
    assert await door.end_reasons() == ["token_reused", None]
    assert await door.refresh(other.refresh_token, NOON + wait) is not None


async def test_using_an_even_older_token_ends_the_session_at_once(door: Door, ana: int) -> None:
    first = await door.log_in()
    second = await door.refresh(first.refresh_token)
    assert second is not None
    third = await door.refresh(second.refresh_token, NOON + SECOND)
    assert third is not None
    assert await door.refresh(first.refresh_token, NOON + 2 * SECOND) is None
    assert await door.refresh(third.refresh_token, NOON + 2 * SECOND) is None
    assert await door.end_reasons() == ["token_reused"]


async def test_simultaneous_refreshes_get_one_successor(door: Door, ana: int) -> None:
    first = await door.log_in()
    made = await asyncio.gather(*(door.refresh(first.refresh_token) for _ in range(12)))
    (successor,) = {tokens.refresh_token for tokens in made if tokens is not None}
    assert None not in made
    assert await door.refresh(successor, NOON + SECOND) is not None
    async with door.database.transaction() as session:
        assert await fetch_value(session, "SELECT count(*) FROM session") == 1
        assert await fetch_value(session, "SELECT count(*) FROM refresh_token") == 3


async def test_after_a_change_of_keys_an_unused_token_works_but_is_not_repeated(door: Door, ana: int) -> None:
    first = await door.log_in()
    second = await door.refresh(first.refresh_token)
    assert second is not None
    later = Door(door.database, token_keys("11" * 32))
    assert await later.refresh(second.refresh_token, NOON + SECOND) is not None
    assert await door.refresh(second.refresh_token, NOON + 2 * SECOND) is None


async def test_while_keys_are_rotated_two_tabs_still_get_the_same_successor(door: Door, ana: int) -> None:
    first = await door.log_in()
    published = Door(door.database, token_keys(f"{SEED},{'11' * 32}"))
    second = await published.refresh(first.refresh_token)
    signing = Door(door.database, token_keys(f"{'11' * 32},{SEED}"))
    again = await signing.refresh(first.refresh_token, NOON + SECOND)
    assert second is not None
    assert again is not None
    assert again.refresh_token == second.refresh_token
    third = await signing.refresh(second.refresh_token, NOON + 2 * SECOND)
    repeated = await published.refresh(second.refresh_token, NOON + 3 * SECOND)
    assert third is not None
    assert repeated is not None
    assert repeated.refresh_token == third.refresh_token


@pytest.mark.parametrize("token", ["", "x", "A" * 43, "é" * 43, "\x00", "\ud800"])
async def test_a_token_that_was_never_issued_is_refused(door: Door, ana: int, token: str) -> None:
    await door.log_in()
    assert await door.refresh(token) is None
    assert await door.end_reasons() == [None]


async def test_a_session_lasts_twelve_hours(door: Door, ana: int) -> None:
    token = (await door.log_in()).refresh_token
    almost = await door.refresh(token, NOON + timedelta(hours=11, minutes=59))
    assert almost is not None
    assert almost.expires_in == 60
    assert await door.refresh(almost.refresh_token, NOON + timedelta(hours=12)) is None


async def test_logging_out_ends_the_session_and_no_other(door: Door, ana: int) -> None:
    first, other = await door.log_in(), await door.log_in()
    await door.log_out(ana, first.refresh_token)
    await door.log_out(ana, first.refresh_token)
    assert await door.refresh(first.refresh_token) is None
    assert await door.refresh(other.refresh_token) is not None
    assert await door.end_reasons() == ["logged_out", None]


async def test_an_older_token_of_the_session_logs_out_too(door: Door, ana: int) -> None:
    first = await door.log_in()
    second = await door.refresh(first.refresh_token)
    assert second is not None
    await door.log_out(ana, first.refresh_token)
    assert await door.refresh(second.refresh_token) is None


async def test_nobody_can_log_out_another_user(door: Door, ana: int, company: Company) -> None:
    ben = await company.user("ALAMO\\ben")
    token = (await door.log_in()).refresh_token
    for somebody in (ben, None):
        with pytest.raises(NotFound):
            await door.log_out(somebody, token)
    assert await door.refresh(token) is not None


async def test_a_deactivated_user_is_logged_out_and_stays_logged_out(door: Door, ana: int) -> None:
    token = (await door.log_in()).refresh_token
    for active in (False, True):
        async with door.database.transaction() as session:
            user = await get_user(session, ana)
            await change_user(session, ana, user.revision, UserChange(active=active), NOON + SECOND)
        assert await door.refresh(token, NOON + 2 * SECOND) is None
    assert await door.end_reasons() == ["deactivated"]
    assert await door.log_in() is not None


async def test_a_new_password_ends_the_sessions_of_the_old_one(door: Door, ana: int) -> None:
    token = (await door.log_in()).refresh_token
    async with door.database.transaction() as session:
        another = SecretStr("another password")
        await set_password(session, ana, another, must_change=False, by_administrator=False, now=NOON)
    assert await door.refresh(token) is None
    with pytest.raises(LoginRefused):
        await door.log_in()
    assert await door.log_in(password="another password") is not None


async def deactivate(session: AsyncSession, user_id: int) -> None:
    user = await get_user(session, user_id)
    await change_user(session, user_id, user.revision, UserChange(active=False), NOON)


async def test_a_deactivation_waits_for_a_log_in_and_ends_its_session(door: Door, ana: int) -> None:
    async def deactivate_alone() -> None:
        async with door.database.transaction() as session:
            await deactivate(session, ana)

    async with door.database.transaction() as session:
        await tokens.log_in(door.entrance(session), "ALAMO\\ana", SecretStr(PASSWORD))
        deactivating = asyncio.create_task(deactivate_alone())
        await asyncio.sleep(0.2)
        assert not deactivating.done()
    await deactivating
    assert await door.end_reasons() == ["deactivated"]


async def test_a_log_in_waits_for_a_deactivation_and_is_refused(door: Door, ana: int) -> None:
    async with door.database.transaction() as session:
        await deactivate(session, ana)
        logging_in = asyncio.create_task(door.log_in())
        await asyncio.sleep(0.4)
        assert not logging_in.done()
    with pytest.raises(LoginRefused):
        await logging_in
    assert await door.end_reasons() == []


async def test_log_ins_hold_no_connection_while_their_password_is_checked(door: Door, ana: int) -> None:
    trying = asyncio.gather(
        *(door.log_in(f"ALAMO\\guess{number}", "wrong") for number in range(150)), return_exceptions=True
    )
    await asyncio.sleep(0.05)
    async with asyncio.timeout(1):
        await door.database.ping()
    assert not trying.done()
    assert all(isinstance(error, LoginRefused) for error in await trying)


async def test_sessions_are_deleted_a_day_after_they_expire(door: Door, ana: int) -> None:
    await door.refresh((await door.log_in()).refresh_token)
    for after, left in ((timedelta(hours=36), 1), (timedelta(hours=36, seconds=1), 0)):
        async with door.database.transaction() as session:
            await tokens.delete_expired_sessions(session, NOON + after, 10)
            assert await fetch_value(session, "SELECT count(*) FROM session") == left
    async with door.database.transaction() as session:
        assert await fetch_value(session, "SELECT count(*) FROM refresh_token") == 0


async def test_the_job_deletes_old_sessions(door: Door, ana: int) -> None:
    await door.log_in(at=datetime.fromisoformat("2020-01-01T00:00:00Z"))
    job = asyncio.create_task(prune_jobs(PRUNES)["prune sessions"].run(door.database, Bell()))
    async with asyncio.timeout(5):
        while await door.end_reasons():
            await asyncio.sleep(0.01)
    job.cancel()


async def test_only_digests_of_refresh_tokens_are_stored(door: Door, ana: int) -> None:
    first = await door.log_in()
    await door.refresh(first.refresh_token)
    async with door.database.transaction() as session:
        stored = await fetch_values(session, "SELECT digest FROM refresh_token")
    assert len(stored) == 2
    assert all(len(digest) == 32 for digest in stored)
    assert first.refresh_token.encode() not in stored
