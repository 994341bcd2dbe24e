"""The command that creates an administrator when nobody else can."""

import asyncio

import pytest
from fastapi import FastAPI
from pydantic import SecretStr

from services.security.actions import tokens
from services.security.actions.administrators import create_administrator
from services.security.actions.features import read_features
from services.security.actions.groups import list_groups
from services.security.actions.log_ins import Entrance
from services.security.actions.users import get_user
from services.security.errors import LoginRefused, PasswordUnfit
from services.security.rules.groups import GroupFilter
from services.security.rules.tokens import TokenKeys
from shared import clock
from shared.access.grants import Grant, Level, Limits
from shared.database.pages import PageQuery
from shared.database.pool import Database
from shared.database.statements import execute, fetch_value
from shared.errors import DomainError, InvalidInput
from tests.services.security.conftest import PASSWORD, Company

NAME = "LOCAL\\administrator"


@pytest.fixture
def database(app: FastAPI) -> Database:
    database: Database = app.state.database
    return database


async def create(database: Database, name: str = NAME, password: str = PASSWORD) -> int:
    async with database.transaction() as session:
        return await create_administrator(session, name, SecretStr(password))


async def log_in(database: Database, keys: TokenKeys, password: str) -> None:
    async with database.transaction() as session:
        entrance = Entrance(database, session, keys, "10.0.0.1", clock.now())
        await tokens.log_in(entrance, NAME, SecretStr(password))


async def epoch(database: Database) -> int:
    async with database.transaction() as session:
        found: int = await fetch_value(session, "SELECT epoch FROM permission_epoch")
        return found


async def test_an_empty_database_gets_an_administrator_with_every_feature(database: Database, keys: TokenKeys) -> None:
    user_id = await create(database)
    await log_in(database, keys, PASSWORD)
    async with database.transaction() as session:
        user = await get_user(session, user_id)
        (group,) = (await list_groups(session, GroupFilter(), PageQuery()))[0]
    assert (user.name, user.display_name, user.active) == (NAME, "administrator", True)
    assert [group.name for group in user.groups] == ["Administrators"]
    assert {one.grant for one in group.grants} == {Grant(name, Level.ADMIN) for name in read_features()}


async def test_a_second_run_sets_the_password_and_changes_nothing_else(database: Database, keys: TokenKeys) -> None:
    first, before = await create(database), await epoch(database)
    second = await create(database, "local\\ADMINISTRATOR", "another password")
    assert (first, before) == (second, await epoch(database))
    await log_in(database, keys, "another password")
    with pytest.raises(LoginRefused):
        await log_in(database, keys, PASSWORD)


async def test_a_second_run_restores_what_was_removed(database: Database) -> None:
    user_id = await create(database)
    limited = Grant("rating.orders", Level.VIEW, Limits(branches=frozenset({"SAT"})))
    async with database.transaction() as session:
        await execute(session, "UPDATE user_account SET active = false")
        await execute(session, "DELETE FROM group_member")
        await execute(session, "DELETE FROM group_grant WHERE feature <> 'security.users'")
        await execute(
            session,
            """
            INSERT INTO group_grant (group_id, feature, level, branches, customers, ar_companies)
            SELECT id, 'rating.orders', 'view', '{SAT}', '{}', '{}' FROM security_group
            """,
        )
    before = await epoch(database)
    assert await create(database) == user_id
    assert await epoch(database) == before + 1
    async with database.transaction() as session:
        user = await get_user(session, user_id)
        (group,) = (await list_groups(session, GroupFilter(), PageQuery()))[0]
    assert (user.active, [group.name for group in user.groups]) == (True, ["Administrators"])
    assert {one.grant for one in group.grants} == {Grant(name, Level.ADMIN) for name in read_features()} | {limited}


async def test_a_second_administrator_joins_the_first(database: Database, company: Company) -> None:
    first, second = await create(database), await create(database, "ALAMO\\ana")
    async with database.transaction() as session:
        members = await fetch_value(session, "SELECT array_agg(user_id ORDER BY user_id) FROM group_member")
    assert members == [first, second]


async def test_a_new_member_counts_as_a_change_of_the_group(database: Database) -> None:
    revisions = []
    for name in (NAME, "ALAMO\\ana", "ALAMO\\ana"):
        await create(database, name)
        async with database.transaction() as session:
            (group,) = (await list_groups(session, GroupFilter(), PageQuery()))[0]
        revisions.append(group.revision)
    assert revisions == [2, 3, 3]


@pytest.mark.parametrize(("password", "ended"), [(PASSWORD, None), ("another password", "password_set")])
async def test_on_a_second_run_only_a_new_password_logs_the_administrator_out_everywhere(
    database: Database, keys: TokenKeys, password: str, ended: str | None
) -> None:
    await create(database)
    await log_in(database, keys, PASSWORD)
    await create(database, password=password)
    async with database.transaction() as session:
        assert await fetch_value(session, "SELECT end_reason FROM session") == ended
    await log_in(database, keys, password)


async def test_two_simultaneous_runs_create_one_administrator(database: Database) -> None:
    made = await asyncio.gather(*(create(database) for _ in range(4)))
    assert len(set(made)) == 1
    async with database.transaction() as session:
        assert await fetch_value(session, "SELECT count(*) FROM security_group") == 1


@pytest.mark.parametrize(
    ("name", "password", "error"),
    [
        ("administrator", PASSWORD, InvalidInput),
        ("", PASSWORD, InvalidInput),
        ("LOCAL\\", PASSWORD, InvalidInput),
        (NAME, "short", PasswordUnfit),
        (NAME, "", PasswordUnfit),
        (NAME, NAME, PasswordUnfit),
    ],
)
async def test_an_unsuitable_name_or_password_is_refused_and_nothing_is_created(
    database: Database, name: str, password: str, error: type[DomainError]
) -> None:
    with pytest.raises(error):
        await create(database, name, password)
    async with database.transaction() as session:
        assert await fetch_value(session, "SELECT count(*) FROM user_account") == 0
        assert await fetch_value(session, "SELECT count(*) FROM security_group") == 0
