"""The bindings of users' names to accounts of a directory or an identity provider."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from services.security.rules.bindings import Binding, Claimed
from shared.database.pages import PageQuery, Sorting, Where, fetch_list_count, fetch_page
from shared.database.statements import execute, fetch_value


async def bind(session: AsyncSession, user_id: int, claimed: Claimed, now: datetime) -> None:
    """Binds the name to the account unless either is bound already: the first binding wins."""
    await execute(
        session,
        """
        INSERT INTO account_binding (user_id, source, subject, bound_at) VALUES (:user_id, :source, :subject, :now)
        ON CONFLICT DO NOTHING
        """,
        user_id=user_id,
        source=claimed.source,
        subject=claimed.subject,
        now=now,
    )


async def find_subject(session: AsyncSession, user_id: int, source: str) -> str | None:
    """The id that the user's name is bound to at this source, or None."""
    found: str | None = await fetch_value(
        session,
        "SELECT subject FROM account_binding WHERE user_id = :user_id AND source = :source",
        user_id=user_id,
        source=source,
    )
    return found


async def find_owner(session: AsyncSession, claimed: Claimed) -> int | None:
    """The user that the account's id is bound to, or None."""
    found: int | None = await fetch_value(
        session,
        "SELECT user_id FROM account_binding WHERE source = :source AND subject = :subject",
        source=claimed.source,
        subject=claimed.subject,
    )
    return found


SORTING = Sorting({"source": ("b.source", "text")}, default="source", key="b.source", key_type="text")


async def list_bindings(
    session: AsyncSession, user_id: int, query: PageQuery
) -> tuple[list[Binding], str | None, int | None]:
    """One page of the accounts that a user's name is bound to, the cursor of the next page, and how many there are."""
    source, where = "account_binding b", Where().add("b.user_id = :user_id", user_id=user_id)
    columns = "b.source, b.subject, b.bound_at"
    found, cursor = await fetch_page(
        session, Binding, columns=columns, source=source, where=where, sorting=SORTING, query=query
    )
    return found, cursor, await fetch_list_count(session, source, where, query)


async def unbind(session: AsyncSession, user_id: int) -> None:
    """Removes every binding of a user."""
    await execute(session, "DELETE FROM account_binding WHERE user_id = :user_id", user_id=user_id)
