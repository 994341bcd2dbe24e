"""The imports of work orders over HTTP."""

from services.rating.actions import imports
from services.rating.errors import ImportNotOpen, ImportWithdrawn
from services.rating.rules.imports import OrderImport
from services.rating.schemas.closings import Reason
from shared.access import declared
from shared.access.grants import Level
from shared.clock import now
from shared.errors import Forbidden, NotFound
from shared.http.callers import CallerOf
from shared.http.operation import Router
from shared.http.pages import Count, Page, PageQueryOf
from shared.http.transaction import Transaction
from shared.values.numbers import Id

router = Router("imports")
VIEW = declared.feature("rating.work_orders", Level.VIEW)
EDIT = declared.feature("rating.work_orders", Level.EDIT)


@router.get("", access=VIEW)
async def list_imports(page: PageQueryOf, caller: CallerOf, session: Transaction) -> Page[OrderImport, Count]:
    """Imports of work orders, newest first. Callers with limits see their own."""
    rows, cursor, count = await imports.list_imports(session, caller.scope, caller.name, page)
    return Page(items=rows, next_cursor=cursor, totals=Count.of(count))


@router.get("/{import_id}", access=VIEW, refuses=[NotFound])
async def read_import(import_id: Id, caller: CallerOf, session: Transaction) -> OrderImport:
    """One import of work orders."""
    return await imports.read_import(session, caller.scope, caller.name, import_id)


@router.post("/{import_id}/withdraw", access=EDIT, refuses=[NotFound, Forbidden, ImportNotOpen, ImportWithdrawn])
async def withdraw_import(import_id: Id, body: Reason, caller: CallerOf, session: Transaction) -> OrderImport:
    """Voids all orders of an import while every one of them is open. Their numbers stay used."""
    return await imports.withdraw(session, caller.scope, import_id, body.reason, caller.name, now())
