"""The rows of reopened months and of the requests to reopen them."""

from dataclasses import fields
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from services.receivables.rules.month_reopenings import MonthReopening, ReopeningFilter
from services.receivables.rules.requests import RequestStatus
from services.receivables.store.credit_requests import OF_CALLER, OF_OTHERS
from shared.access.grants import Scope
from shared.database.pages import PageQuery, Sorting, Where, fetch_count, fetch_list_count, fetch_page
from shared.database.statements import execute, fetch_one, fetch_value

_SIDES = {"branch": None, "customer": None, "ar_company": "r.ar_company"}
_ROW = ", ".join(f"r.{field.name}" for field in fields(MonthReopening))


async def insert(
    session: AsyncSession, ar_company: int, month: str, *, four_eyes: bool, reason: str, name: str, at: datetime
) -> int:
    """Creates a reopening that is not decided yet, and returns its id."""
    reopening_id: int = await fetch_value(
        session,
        """
        INSERT INTO month_reopening (ar_company, month, status, four_eyes, reason, requested_by, requested_at)
        VALUES (:ar_company, :month, 'awaiting_approval', :four_eyes, :reason, :name, :at)
        RETURNING id
        """,
        ar_company=ar_company,
        month=month,
        four_eyes=four_eyes,
        reason=reason,
        name=name,
        at=at,
    )
    return reopening_id


async def decide(
    session: AsyncSession,
    request_id: int,
    status: RequestStatus,
    *,
    decided_by: str,
    decided_at: datetime,
    reason: str = "",
) -> None:
    """Saves the decision about a reopening."""
    await execute(
        session,
        """
        UPDATE month_reopening SET status = :status, decided_by = :decided_by, decided_at = :decided_at,
               decision_reason = :reason
        WHERE id = :id
        """,
        id=request_id,
        status=status,
        decided_by=decided_by,
        decided_at=decided_at,
        reason=reason,
    )


async def is_waiting(session: AsyncSession, ar_company: int) -> bool:
    """Whether a reopening in the company awaits approval."""
    found: bool = await fetch_value(
        session,
        """
        SELECT EXISTS (SELECT FROM month_reopening WHERE ar_company = :ar_company AND status = 'awaiting_approval')
        """,
        ar_company=ar_company,
    )
    return found


async def find(session: AsyncSession, scope: Scope, reopening_id: int) -> MonthReopening | None:
    """A reopening within the scope, or None."""
    where = Where().within(scope, **_SIDES).add("r.id = :id", id=reopening_id)
    statement = f"SELECT {_ROW} FROM month_reopening r WHERE {where.sql}"
    return await fetch_one(session, MonthReopening, statement, **where.parameters)


SORTING = Sorting({"id": ("r.id", "bigint")}, default="-id", key="r.id")


async def count_waiting(session: AsyncSession, scope: Scope, name: str) -> int:
    """How many requests within the scope others than this user made and nobody has decided."""
    where = Where(["r.status = 'awaiting_approval'", OF_OTHERS], {"name": name}).within(scope, **_SIDES)
    return await fetch_count(session, "month_reopening r", where)


async def list_reopenings(
    session: AsyncSession, scope: Scope, filters: ReopeningFilter, query: PageQuery, name: str
) -> tuple[list[MonthReopening], str | None, int | None]:
    """One page of reopenings, the cursor of the next page, and how many match. `name` is the caller."""
    where = (
        Where()
        .within(scope, **_SIDES)
        .add("r.ar_company = :ar_company", ar_company=filters.ar_company)
        .add("r.status = :status", status=filters.status)
    )
    if filters.mine is not None:
        where.add(OF_CALLER if filters.mine else OF_OTHERS, name=name)
    rows, cursor = await fetch_page(
        session,
        MonthReopening,
        columns=_ROW,
        source="month_reopening r",
        where=where,
        sorting=SORTING,
        query=query,
    )
    return rows, cursor, await fetch_list_count(session, "month_reopening r", where, query)
