"""In every service the models match the migrations: columns, types with their digits, and allowed states."""

import asyncio
import re
from collections.abc import Awaitable, Callable, Iterator
from importlib import import_module
from typing import Any, get_args, get_origin

import asyncpg
import pytest
from pydantic import BaseModel
from sqlalchemy import Table, Text, make_url

from deploy.local.postgres import SERVICES
from shared.events.ddl import SHARED_TABLES
from shared.service import migration

_COLUMNS = """
SELECT c.relname || '.' || a.attname AS name, format_type(a.atttypid, a.atttypmod) AS type, a.attnotnull AS filled,
       coalesce(l.collname, '') AS collation
FROM pg_attribute a
JOIN pg_class c ON c.oid = a.attrelid AND c.relkind IN ('r', 'p')
JOIN pg_namespace n ON n.oid = c.relnamespace AND n.nspname = 'public'
LEFT JOIN pg_collation l ON l.oid = a.attcollation AND l.collname <> 'default'
WHERE a.attnum > 0 AND NOT a.attisdropped
"""
_CHECKS = """
SELECT c.conrelid::regclass::text || '.' || a.attname AS name, pg_get_constraintdef(c.oid) AS words
FROM pg_constraint c JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = ANY(c.conkey)
WHERE c.contype = 'c' AND array_length(c.conkey, 1) = 1
"""
_DIALECT = make_url("postgresql+asyncpg://").get_dialect()()
_SAME = {"FLOAT": "double precision", "TIMESTAMP WITH TIME ZONE": "timestamp with time zone", "BYTEA": "bytea"}


@pytest.fixture(params=SERVICES)
async def owner_url(
    request: pytest.FixtureRequest, fresh_database: Callable[[str], Awaitable[str]], cluster: Callable[[str, str], str]
) -> tuple[str, str]:
    """A service, and the URL of its new database for its owner role."""
    service: str = request.param
    return service, cluster(await fresh_database(service), f"{service}_owner")


def tables_of(service: str) -> dict[str, Table]:
    tables: dict[str, Table] = import_module(f"services.{service}.models").metadata.tables
    return tables


def literals_of(annotation: Any) -> tuple[str, ...]:
    """The values of a Literal, which may also be optional; empty for other types."""
    if str(get_origin(annotation)).endswith("Literal"):
        return get_args(annotation)
    return next((found for part in get_args(annotation) if (found := literals_of(part))), ())


def states_of(service: str) -> Iterator[tuple[str, set[str]]]:
    """The states that records may have, by column."""
    module = import_module(f"services.{service}.models")
    for mapper in module.Table._sa_registry.mappers:
        kind = mapper.class_
        for name, info in kind.model_fields.items() if issubclass(kind, BaseModel) else ():
            states = {value for value in literals_of(info.annotation) if isinstance(value, str)}
            if states:
                yield f"{kind.__tablename__}.{name}", states


async def test_models_and_migrations_are_the_same(owner_url: tuple[str, str]) -> None:
    await asyncio.to_thread(migration.check, *owner_url)


async def test_every_column_has_the_type_and_collation_of_its_record(owner_url: tuple[str, str]) -> None:
    """Compares what Alembic does not: digits, collations, and whether a column may be null."""
    service, url = owner_url
    connection = await asyncpg.connect(url)
    found = {row["name"]: (row["type"], row["filled"], row["collation"]) for row in await connection.fetch(_COLUMNS)}
    await connection.close()
    said = {}
    for table in tables_of(service).values():
        for column in table.columns:
            compiled = "TEXT" if isinstance(column.type, Text) else column.type.compile(dialect=_DIALECT)
            kind = _SAME.get(compiled, compiled.lower().replace(", ", ","))
            collation = getattr(column.type, "collation", None) or ""
            said[f"{table.name}.{column.name}"] = (kind, not column.nullable, collation)
    assert {name: (said[name], found[name]) for name in said if said[name] != found[name]} == {}


async def test_the_states_of_a_record_are_those_that_the_database_accepts(owner_url: tuple[str, str]) -> None:
    service, url = owner_url
    connection = await asyncpg.connect(url)
    checks: dict[str, set[str]] = {}
    for row in await connection.fetch(_CHECKS):
        if "ANY" in row["words"] or "<@" in row["words"]:
            checks[row["name"]] = set(re.findall(r"'([^']*)'::", row["words"]))
    await connection.close()
    assert {name: states for name, states in states_of(service) if checks.get(name) != states} == {}


async def test_a_column_that_is_not_in_the_models_is_detected(owner_url: tuple[str, str]) -> None:
    connection = await asyncpg.connect(owner_url[1])
    table = await connection.fetchval(
        "SELECT min(tablename) FROM pg_tables WHERE schemaname = 'public' AND NOT tablename = ANY($1)",
        ["alembic_version", *SHARED_TABLES],
    )
    await connection.execute(f"ALTER TABLE {table} ADD COLUMN colour text")
    await connection.close()
    with pytest.raises(Exception, match="colour"):
        await asyncio.to_thread(migration.check, *owner_url)
