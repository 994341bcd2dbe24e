"""The rows of imports of work orders."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from services.rating.rules.imports import ImportedOrder, OrderImport
from services.rating.store.work_orders import SIDES
from shared.access.grants import Scope
from shared.database.pages import PageQuery, Sorting, Where, fetch_list_count, fetch_page
from shared.database.scope import scope_condition
from shared.database.statements import execute, fetch_all, fetch_one, fetch_value
from shared.values.fields import field_names

SORTING = Sorting({"id": ("m.id", "bigint")}, default="-id", key="m.id")
_COLUMNS = ", ".join(f"m.{name}" for name in field_names(OrderImport))


def _visible(scope: Scope, name: str) -> Where:
    """A caller with limits sees their own imports, whose orders are all within these; others see all imports."""
    return Where().add("m.imported_by = :name", name=name if scope.limits else None)


async def insert(session: AsyncSession, file_name: str, key: str, orders: int, imported_by: str) -> int:
    """Adds an import and returns its id."""
    import_id: int = await fetch_value(
        session,
        """
        INSERT INTO order_import (file_name, key, orders, imported_by)
        VALUES (:file_name, :key, :orders, :imported_by) RETURNING id
        """,
        file_name=file_name,
        key=key,
        orders=orders,
        imported_by=imported_by,
    )
    return import_id


async def find(
    session: AsyncSession, scope: Scope, name: str, import_id: int, *, lock: bool = False
) -> OrderImport | None:
    """The import, or None if it does not exist or the caller may not see it; with `lock` locked against other changes."""
    where = _visible(scope, name).add("m.id = :id", id=import_id)
    held = "FOR NO KEY UPDATE" if lock else ""
    return await fetch_one(
        session, OrderImport, f"SELECT {_COLUMNS} FROM order_import m WHERE {where.sql} {held}", **where.parameters
    )


async def list_imports(
    session: AsyncSession, scope: Scope, name: str, query: PageQuery
) -> tuple[list[OrderImport], str | None, int | None]:
    """One page of imports that the caller may see, the newest first, the cursor of the next page, and how many there are."""
    where = _visible(scope, name)
    found, cursor = await fetch_page(
        session, OrderImport, columns=_COLUMNS, source="order_import m", where=where, sorting=SORTING, query=query
    )
    return found, cursor, await fetch_list_count(session, "order_import m", where, query)


async def lock_orders(session: AsyncSession, scope: Scope, import_id: int) -> list[ImportedOrder]:
    """Locks the orders of an import and returns them, sorted by id."""
    within, parameters = scope_condition(scope, **SIDES)
    return await fetch_all(
        session,
        ImportedOrder,
        f"""
        SELECT w.id, w.number, w.status, {within} AS within FROM work_order w JOIN branch b ON b.code = w.branch
        WHERE w.import_id = :import_id ORDER BY w.id FOR NO KEY UPDATE OF w
        """,
        import_id=import_id,
        **parameters,
    )


async def withdraw(session: AsyncSession, import_id: int, reason: str, done_by: str, done_at: datetime) -> None:
    """Records who withdrew an import, and why."""
    await execute(
        session,
        "UPDATE order_import SET withdrawn_by = :done_by, withdrawn_at = :done_at, reason = :reason WHERE id = :id",
        id=import_id,
        reason=reason,
        done_by=done_by,
        done_at=done_at,
    )
