"""The rows of credit requests and their lines."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from decimal import Decimal

from sqlalchemy.ext.asyncio import AsyncSession

from services.receivables.rules.credit_memos import CreditDraft, CreditedLine, size_of
from services.receivables.rules.credit_requests import CreditRequest, RequestedLine, RequestFilter
from services.receivables.rules.requests import RequestStatus
from shared.access.grants import Scope
from shared.audit import history
from shared.audit.changes import HistoryStep, changes_between
from shared.database.pages import PageQuery, Sorting, Where, fetch_list_count, fetch_page
from shared.database.spellings import listed, spelled
from shared.database.statements import copy_rows, execute, fetch_all, fetch_one, fetch_value

KIND = "credit request"
_SIDES = {"branch": "t.branch", "customer": "c.number", "ar_company": "t.ar_company"}
_SOURCE = """
    credit_request r JOIN ar_transaction t ON t.id = r.invoice_id JOIN customer c ON c.id = t.customer_id
"""
OF_CALLER, OF_OTHERS = "lower(r.requested_by) = lower(:name)", "lower(r.requested_by) <> lower(:name)"
_ELSEWHERE = {
    "invoice_number": "t.invoice_number",
    "ar_company": "t.ar_company",
    "customer": "c.number AS customer",
    "customer_name": "c.name AS customer_name",
}
_ROW = ", ".join(_ELSEWHERE.get(field.name, f"r.{field.name}") for field in fields(CreditRequest))


async def insert(
    session: AsyncSession, invoice_id: int, draft: CreditDraft, credited: Sequence[CreditedLine], at: datetime
) -> int:
    """Creates a request for exactly what the credit would take now, and returns its id."""
    request_id: int = await fetch_value(
        session,
        """
        INSERT INTO credit_request (invoice_id, amount, month, credit_on, disposition, reason, requested_by, requested_at)
        VALUES (:invoice_id, :amount, :month, :credit_on, :disposition, :reason, :requested_by, :requested_at)
        RETURNING id
        """,
        invoice_id=invoice_id,
        requested_by=draft.credited_by,
        requested_at=at,
        **_content(draft, credited),
    )
    await _write_lines(session, request_id, credited)
    await history.note_one(session, KIND, history.key_of(request_id), "requested")
    return request_id


def _content(draft: CreditDraft, credited: Sequence[CreditedLine]) -> dict[str, object]:
    return {
        "amount": size_of(credited),
        "month": draft.month,
        "credit_on": draft.credit_date,
        "disposition": draft.disposition,
        "reason": draft.reason,
    }


async def _write_lines(session: AsyncSession, request_id: int, credited: Sequence[CreditedLine]) -> None:
    await copy_rows(session, "credit_request_line", ("line.line", "amount"), credited, request_id=request_id)


async def change(
    session: AsyncSession, before: CreditRequest, draft: CreditDraft, credited: Sequence[CreditedLine]
) -> None:
    """Replaces the content of a request. The new revision keeps approvers from deciding the old version."""
    request_id, content = before.id, _content(draft, credited)
    old = {name: getattr(before, name) for name in content} | {"lines": await lines(session, request_id)}
    new = content | {"lines": [RequestedLine(one.line.line, one.amount) for one in credited]}
    changes = changes_between(old, new, parts={"lines": ["line"]})
    await history.note_one(session, KIND, history.key_of(request_id), "changed", changes)
    await execute(
        session,
        """
        UPDATE credit_request SET amount = :amount, month = :month, credit_on = :credit_on, disposition = :disposition,
               reason = :reason, revision = revision + 1
        WHERE id = :id
        """,
        id=request_id,
        **content,
    )
    await execute(session, "DELETE FROM credit_request_line WHERE request_id = :id", id=request_id)
    await _write_lines(session, request_id, credited)


async def decide(
    session: AsyncSession,
    request_id: int,
    status: RequestStatus,
    *,
    decided_by: str,
    decided_at: datetime,
    reason: str = "",
    credit_id: int | None = None,
) -> None:
    """Saves the decision about a request."""
    await execute(
        session,
        """
        UPDATE credit_request SET status = :status, decided_by = :decided_by, decided_at = :decided_at,
               decision_reason = :reason, credit_id = :credit_id, revision = revision + 1
        WHERE id = :id
        """,
        id=request_id,
        status=status,
        decided_by=decided_by,
        decided_at=decided_at,
        reason=reason,
        credit_id=credit_id,
    )
    await history.note_one(session, KIND, history.key_of(request_id), status, reason=reason)


async def list_history(
    session: AsyncSession, request_id: int, query: PageQuery
) -> tuple[list[HistoryStep], str | None, int | None]:
    """One page of what was done with a request, newest first, the cursor of the next page, and how many steps there are."""
    return await history.list_steps(session, KIND, history.key_of(request_id), query)


async def find(session: AsyncSession, scope: Scope, request_id: int, *, lock: bool = False) -> CreditRequest | None:
    """The request within the scope, or None. With `lock`, other decisions wait until this transaction ends."""
    where = Where().within(scope, **_SIDES).add("r.id = :id", id=request_id)
    locking = "FOR NO KEY UPDATE OF r" if lock else ""
    statement = f"SELECT {_ROW} FROM {_SOURCE} WHERE {where.sql} {locking}"
    return await fetch_one(session, CreditRequest, statement, **where.parameters)


async def lines(session: AsyncSession, request_id: int) -> list[RequestedLine]:
    """The amount to credit on each line of a request."""
    return await fetch_all(
        session,
        RequestedLine,
        "SELECT line, abs(amount) AS amount FROM credit_request_line WHERE request_id = :id ORDER BY line",
        id=request_id,
    )


SORTING = Sorting({"id": ("r.id", "bigint"), "amount": ("r.amount", "numeric")}, default="-id", key="r.id")


@dataclass(frozen=True)
class RequestsWaiting:
    """How many requests await a decision, and the sum of their amounts."""

    count: int
    total: Decimal


async def count_waiting(session: AsyncSession, scope: Scope, name: str) -> RequestsWaiting:
    """The requests within the scope that others than this user made and nobody has decided."""
    where = Where(["r.status = 'awaiting_approval'", OF_OTHERS], {"name": name}).within(scope, **_SIDES)
    return await _count(session, where)


async def count_of_month(session: AsyncSession, scope: Scope, ar_company: int, month: str) -> RequestsWaiting:
    """The requests within the scope for credits in a month of a company that nobody has decided."""
    where = Where(["r.status = 'awaiting_approval' AND t.ar_company = :ar_company AND r.month = :month"])
    return await _count(session, where.within(scope, **_SIDES), ar_company=ar_company, month=month)


async def _count(session: AsyncSession, where: Where, **parameters: object) -> RequestsWaiting:
    found = await fetch_one(
        session,
        RequestsWaiting,
        f"SELECT count(*) AS count, coalesce(sum(r.amount), 0.00) AS total FROM {_SOURCE} WHERE {where.sql}",
        **{**where.parameters, **parameters},
    )
    assert found is not None
    return found


async def list_requests(
    session: AsyncSession, scope: Scope, filters: RequestFilter, query: PageQuery, name: str
) -> tuple[list[CreditRequest], str | None, int | None]:
    """One page of requests, the cursor of the next page, and how many match. `name` is the caller."""
    where = (
        Where()
        .within(scope, **_SIDES)
        .add("t.ar_company = :ar_company", ar_company=filters.ar_company)
        .add(spelled("c.number", "customer"), customer=listed(filters.customer))
        .add("r.invoice_id = :invoice_id", invoice_id=filters.invoice_id)
        .add("r.status = :status", status=filters.status)
        .add("r.month = :month", month=filters.month)
        .add("lower(r.requested_by) = lower(:requested_by)", requested_by=filters.requested_by)
    )
    if filters.mine is not None:
        where.add(OF_CALLER if filters.mine else OF_OTHERS, name=name)
    rows, cursor = await fetch_page(
        session,
        CreditRequest,
        columns=_ROW,
        source=_SOURCE,
        where=where,
        sorting=SORTING,
        query=query,
    )
    return rows, cursor, await fetch_list_count(session, _SOURCE, where, query)
