"""The imports of work orders: listed, read and withdrawn."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from services.rating.rules.imports import OrderImport, require_withdrawable
from services.rating.store import closings, imports
from shared.access.grants import Scope
from shared.database.pages import PageQuery
from shared.errors import Forbidden, NotFound


async def list_imports(
    session: AsyncSession, scope: Scope, name: str, query: PageQuery
) -> tuple[list[OrderImport], str | None, int | None]:
    """One page of imports that the caller may see, the cursor of the next page, and how many there are."""
    return await imports.list_imports(session, scope, name, query)


async def read_import(
    session: AsyncSession, scope: Scope, name: str, import_id: int, *, lock: bool = False
) -> OrderImport:
    """The import; raises NotFound, also if the caller may not see it."""
    found = await imports.find(session, scope, name, import_id, lock=lock)
    if found is None:
        raise NotFound(f"There is no import {import_id}.")
    return found


async def withdraw(
    session: AsyncSession, scope: Scope, import_id: int, reason: str, done_by: str, done_at: datetime
) -> OrderImport:
    """Voids all orders of an import; raises NotFound, Forbidden, ImportWithdrawn or ImportNotOpen."""
    one = await read_import(session, scope, done_by, import_id, lock=True)
    orders = await imports.lock_orders(session, scope, import_id)
    if not all(order.within for order in orders):
        raise Forbidden(f"Import {import_id} has orders outside the branches and customers that you may edit.")
    ids = require_withdrawable(one, orders)
    await closings.set_status(session, ids, "void")
    await closings.insert(session, ids, "void", reason, done_by, done_at)
    await imports.withdraw(session, import_id, reason, done_by, done_at)
    return await read_import(session, scope, done_by, import_id)
