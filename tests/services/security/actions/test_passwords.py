"""Passwords are hashed with argon2id, outside the event loop."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from functools import partial

import pytest
from pydantic import SecretStr

from services.security.actions.passwords import hash_password, verify_password
from tests.services.security.conftest import PASSWORD


@pytest.fixture(autouse=True)
def quick_passwords() -> None:
    """Overrides the fixture that reduces the work, which is what these tests measure."""


async def test_a_password_matches_its_hash_and_no_other() -> None:
    password_hash = await hash_password(SecretStr(PASSWORD))
    assert password_hash.startswith("$argon2id$v=19$m=65536,t=3,p=4$")
    assert PASSWORD not in password_hash
    assert await verify_password(password_hash, SecretStr(PASSWORD))
    assert not await verify_password(password_hash, SecretStr(PASSWORD + " "))
    assert not await verify_password(password_hash, SecretStr(""))


async def test_the_same_password_has_a_new_hash_each_time() -> None:
    assert await hash_password(SecretStr(PASSWORD)) != await hash_password(SecretStr(PASSWORD))


async def test_without_a_hash_no_password_matches_and_the_work_is_the_same() -> None:
    password_hash = await hash_password(SecretStr(PASSWORD))

    async def least_work(stored: str | None) -> float:
        """The least CPU time of this process in seconds, so that other load on the machine does not count."""
        taken = []
        for _ in range(5):
            started_at = time.process_time()
            assert not await verify_password(stored, SecretStr("wrong"))
            taken.append(time.process_time() - started_at)
        return min(taken)

    known, unknown = await least_work(password_hash), await least_work(None)
    assert 0.5 < unknown / known < 2


@pytest.mark.parametrize("work", [hash_password, partial(verify_password, None)])
async def test_the_event_loop_continues_while_passwords_are_hashed(
    work: Callable[[SecretStr], Awaitable[object]],
) -> None:
    working = asyncio.gather(*(work(SecretStr(PASSWORD)) for _ in range(8)))
    turns = 0
    while not working.done():
        await asyncio.sleep(0.001)
        turns += 1
    assert turns > 20
    assert len(await working) == 8
