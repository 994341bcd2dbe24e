"""Epochs: every change of permissions raises the epoch, nothing else does, and they have the order of commits."""

import asyncio

import pytest
from fastapi import FastAPI
from sqlalchemy.ext.asyncio import AsyncSession

from services.security.actions import groups, users
from services.security.actions.permissions import changing_permissions, read_permission_table
from services.security.errors import LastAdministrator
from services.security.records.grants import GrantEntry
from services.security.records.groups import GroupDraft
from services.security.records.users import UserChange
from shared.access.grants import Grant, Level
from shared.contracts.permission_table import PermissionTable
from shared.contracts.permissions_changed import PermissionsChanged
from shared.database.pool import Database
from shared.database.statements import execute, fetch_value, fetch_values
from tests.services.security.conftest import NOON, Company


@pytest.fixture
def database(app: FastAPI) -> Database:
    database: Database = app.state.database
    return database


async def announced(database: Database) -> list[int]:
    """The epochs in the events, in the order in which they will be published."""
    async with database.transaction() as session:
        events = await fetch_values(
            session, "SELECT data::text FROM outbox WHERE event_name = 'permissions-changed' ORDER BY id"
        )
    return [PermissionsChanged.model_validate_json(event).epoch for event in events]


async def table_of(database: Database) -> PermissionTable:
    async with database.transaction() as session:
        table = await read_permission_table(session, None)
    assert table is not None
    return table


async def test_every_change_of_the_table_raises_the_epoch_once_and_announces_it(
    database: Database, company: Company
) -> None:
    ana = await company.user("ALAMO\\ana")
    proof = await company.group("Proof")
    tables = [await table_of(database)]

    async def replace(session: AsyncSession) -> None:
        group = await groups.get_group(session, proof)
        draft = GroupDraft(name="Proof", grants=(GrantEntry(feature="rating.orders", level="view"),))
        await groups.replace_group(session, proof, group.revision, draft, features=company.features, changer_id=None)

    async def delete(session: AsyncSession) -> None:
        group = await groups.get_group(session, proof)
        await groups.delete_group(session, proof, group.revision, changer_id=None)

    async def deactivate(session: AsyncSession) -> None:
        await users.change_user(session, ana, 1, UserChange(active=False), NOON)

    for command in (
        lambda session: groups.add_member(session, proof, ana, changer_id=None),
        replace,
        lambda session: groups.remove_member(session, proof, ana, changer_id=None),
        deactivate,
        delete,
    ):
        async with database.transaction() as session:
            await command(session)
        tables.append(await table_of(database))
        assert tables[-1].epoch == tables[-2].epoch + 1
        assert tables[-1].model_copy(update={"epoch": 0}) != tables[-2].model_copy(update={"epoch": 0})
    assert await announced(database) == list(range(2, tables[-1].epoch + 1))


async def test_a_change_without_effect_on_permissions_keeps_the_epoch(database: Database, company: Company) -> None:
    ana = await company.user("ALAMO\\ana")
    proof = await company.group("Proof", members=(ana,))
    before = await table_of(database)
    async with database.transaction() as session:
        await groups.add_member(session, proof, ana, changer_id=None)
        await users.change_user(session, ana, 1, UserChange(display_name="Ana María", active=True), NOON)
    await company.user("ALAMO\\ben", active=False)
    assert await table_of(database) == before


async def test_a_change_that_is_rolled_back_announces_nothing(database: Database, company: Company) -> None:
    before = await announced(database)

    class Interrupted(Exception):
        pass

    async def interrupted() -> None:
        async with database.transaction() as session, changing_permissions(session) as change:
            change.made = True
            raise Interrupted

    with pytest.raises(Interrupted):
        await interrupted()
    assert await announced(database) == before
    assert (await table_of(database)).epoch == 1


async def test_epochs_are_ordered_like_commits(database: Database, company: Company) -> None:
    await asyncio.gather(*(company.user(f"ALAMO\\user{number}") for number in range(12)))
    assert await announced(database) == list(range(2, 14))
    assert (await table_of(database)).epoch == 13


async def test_the_permission_table_is_consistent(database: Database, company: Company) -> None:
    """While a group is deleted and recreated and users join and leave it, no table refers to a group that it lacks."""
    ana = await company.user("ALAMO\\ana")

    async def change() -> None:
        for _ in range(15):
            proof = await company.group("Proof", members=(ana,))
            async with database.transaction() as session:
                group = await groups.get_group(session, proof)
                await groups.delete_group(session, proof, group.revision, changer_id=None)

    changing = asyncio.create_task(change())
    seen: dict[int, PermissionTable] = {}
    while not changing.done():
        table = await table_of(database)
        assert set(table.users[str(ana)].groups) <= set(table.groups)
        seen.setdefault(table.epoch, table)
        assert seen[table.epoch] == table
    await changing


async def test_two_clerks_cannot_each_remove_the_other_administrator(database: Database, company: Company) -> None:
    admin = (Grant("security.groups", Level.ADMIN),)
    for number in range(8):
        ana, ben = [await company.user(f"ALAMO\\{name}{number}") for name in ("ana", "ben")]
        one = await company.group(f"One {number}", *admin, members=(ana,))
        two = await company.group(f"Two {number}", *admin, members=(ben,))

        async def remove(group_id: int, user_id: int) -> None:
            async with database.transaction() as session:
                await groups.remove_member(session, group_id, user_id, changer_id=None)

        outcomes = await asyncio.gather(remove(one, ana), remove(two, ben), return_exceptions=True)
        assert [type(outcome) for outcome in outcomes].count(LastAdministrator) == 1
        async with database.transaction() as session:
            assert await fetch_value(session, "SELECT count(*) FROM group_member") == 1
            # Restores both administrators for the next round.
            await execute(session, "DELETE FROM group_member")
