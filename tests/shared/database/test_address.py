"""A database is reached by every usual spelling of its URL, and by both kinds of connections alike."""

from urllib.parse import urlsplit

import pytest
from sqlalchemy import text

from shared.database.address import AddressInvalid, libpq_url
from shared.database.failures import is_overdue
from shared.database.pool import Database


@pytest.mark.parametrize(
    ("given", "read"),
    [
        ("postgresql://u:p@h:5432/d", "postgresql://u:p@h:5432/d"),
        ("postgres://u:p@h/d", "postgresql://u:p@h/d"),
        ("postgresql+asyncpg://u:p%40@h/d", "postgresql://u:p%40@h/d"),
        ("postgresql://u@h1:1,h2:2/d", "postgresql://u@h1:1,h2:2/d?target_session_attrs=primary"),
        ("postgresql://u@/d?host=h1:1&host=h2:2", "postgresql://u@/d?host=h1:1,h2:2&target_session_attrs=primary"),
        (
            "postgresql://u@h1,h2/d?target_session_attrs=prefer-standby",
            "postgresql://u@h1,h2/d?target_session_attrs=prefer-standby",
        ),
        ("postgresql://u@h/d?ssl=require", "postgresql://u@h/d?sslmode=require"),
        ("postgresql://u@/d?host=/var/run/postgresql", "postgresql://u@/d?host=/var/run/postgresql"),
    ],
)
def test_every_spelling_becomes_that_of_libpq(given: str, read: str) -> None:
    assert libpq_url(given) == read


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("mysql://u:secret@h/d", "begins with postgresql://"),
        ("h:5432/secret", "begins with postgresql://"),
        ("postgresql://u:secret@h/d?sslmode", "is name=value"),
        ("postgresql://u:secret@h/d?sslmode=require&ssl=disable", "gives sslmode more than once"),
    ],
)
def test_a_url_that_cannot_be_read_is_refused_without_its_password(given: str, said: str) -> None:
    with pytest.raises(AddressInvalid, match=said) as refused:
        libpq_url(given)
    assert "secret" not in str(refused.value)


@pytest.mark.parametrize(
    "spelling",
    [
        "postgresql+asyncpg://{user}:{password}@127.0.0.1:{port}/{name}",
        "postgres://{user}:{password}@127.0.0.1:1,127.0.0.1:{port}/{name}",
        "postgresql://{user}:{password}@/{name}?host=127.0.0.1:1&host=127.0.0.1:{port}",
        "postgresql://{user}:{password}@127.0.0.1:{port}/{name}?sslmode=prefer",
        "postgresql://{user}:{password}@127.0.0.1:{port}/{name}?ssl=disable",
        "postgresql://127.0.0.1:{port}/{name}?user={user}&password={password}",
    ],
)
async def test_pool_and_single_connections_read_a_url_alike(rating_database: Database, spelling: str) -> None:
    parts = urlsplit(rating_database.url)
    url = spelling.format(user=parts.username, password=parts.password, port=parts.port, name=parts.path.strip("/"))
    database = Database(url, 2)
    await database.ping()
    single = await database.connect("relay")
    assert await single.fetchval("SELECT current_database()") == parts.path.strip("/")
    await single.close()
    await database.close()


async def test_a_server_without_tls_is_refused_where_tls_is_required(rating_database: Database) -> None:
    database = Database(rating_database.url + "?ssl=require", 2)
    with pytest.raises(ConnectionError, match="rejected SSL"):
        await database.ping()
    with pytest.raises(ConnectionError, match="rejected SSL"):
        await database.connect("relay")
    await database.close()


async def test_a_statement_that_nobody_waits_for_ends(rating_database: Database) -> None:
    assert await _shown(rating_database, "statement_timeout") == "55s"
    assert await _shown(rating_database, "idle_in_transaction_session_timeout") == "1min"
    async with rating_database.transaction(statement_seconds=600) as session:
        for setting in ("statement_timeout", "idle_in_transaction_session_timeout"):
            assert (await session.execute(text(f"SHOW {setting}"))).scalar_one() == "10min"
    assert await _shown(rating_database, "statement_timeout") == "55s"
    with pytest.raises(Exception, match="statement timeout") as ended:
        async with rating_database.transaction(statement_seconds=1) as session:
            await session.execute(text("SELECT pg_sleep(20)"))
    assert is_overdue(ended.value)


async def _shown(database: Database, setting: str) -> str:
    async with database.transaction() as session:
        shown: str = (await session.execute(text(f"SHOW {setting}"))).scalar_one()
        return shown
