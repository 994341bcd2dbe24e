"""AR companies, GL accounts, receivable types and months: listed, imported, closed."""

from fastapi import Response

from services.receivables.actions import setup
from services.receivables.errors import NotNextMonth
from services.receivables.schemas.setup import (
    ArCompanyRead,
    ArCompanyRow,
    GlAccountRow,
    Imported,
    MonthRead,
    MonthToClose,
    ReceivableTypeRow,
)
from shared import access
from shared.access import Level
from shared.database import Transaction
from shared.errors import ImportRefused, NotFound
from shared.operation import CallerOf, Router
from shared.tables import CSV_REQUEST, CsvBody, Numbered, read_csv

VIEW = access.feature("receivables.setup", Level.VIEW)
EDIT = access.feature("receivables.setup", Level.EDIT)

companies = Router("ar-companies")
accounts = Router("gl-accounts")
types = Router("receivable-types")
months = Router("months")


@companies.get("", access=VIEW)
async def list_ar_companies(caller: CallerOf, session: Transaction) -> list[ArCompanyRead]:
    """The companies that you may see, with their last closed month."""
    return [ArCompanyRead.model_validate(one) for one in await setup.list_companies(session, caller.scope)]


@companies.post("/import", access=EDIT, status_code=201, refuses=[ImportRefused], openapi_extra=CSV_REQUEST)
async def import_ar_companies(file: CsvBody, session: Transaction) -> Imported:
    """Adds companies, or gives known ones new values."""
    rows = read_csv(file, ArCompanyRow, key=lambda row: row.number)
    return Imported(imported=await setup.import_companies(session, [one.row.to_entry() for one in rows]))


@accounts.get("", access=VIEW)
async def list_gl_accounts(session: Transaction) -> list[GlAccountRow]:
    """All accounts of the general ledger."""
    return [GlAccountRow.model_validate(one) for one in await setup.list_accounts(session)]


@accounts.post("/import", access=EDIT, status_code=201, refuses=[ImportRefused], openapi_extra=CSV_REQUEST)
async def import_gl_accounts(file: CsvBody, session: Transaction) -> Imported:
    """Adds accounts, or gives known ones new values."""
    rows = read_csv(file, GlAccountRow, key=lambda row: (row.gl_company, row.account))
    return Imported(imported=await setup.import_accounts(session, [one.row.to_account() for one in rows]))


@types.get("", access=VIEW)
async def list_receivable_types(caller: CallerOf, session: Transaction) -> list[ReceivableTypeRow]:
    """Which GL accounts invoices of each type post to."""
    return [ReceivableTypeRow.model_validate(one) for one in await setup.list_types(session, caller.scope)]


@types.post("/import", access=EDIT, status_code=201, refuses=[ImportRefused], openapi_extra=CSV_REQUEST)
async def import_receivable_types(file: CsvBody, session: Transaction) -> Imported:
    """Adds receivable types, or gives known ones new accounts; what is posted keeps the old ones."""
    rows = read_csv(file, ReceivableTypeRow, key=lambda row: (row.ar_company, row.type))
    entries = [Numbered(one.line, one.row.to_type()) for one in rows]
    return Imported(imported=await setup.import_types(session, entries))


@months.get("", access=access.feature("receivables.months", Level.VIEW))
async def list_months(caller: CallerOf, session: Transaction) -> list[MonthRead]:
    """The open months of each company, and the closed ones that anything was posted in."""
    return [MonthRead.model_validate(one) for one in await setup.read_months(session, caller.scope)]


@months.post(
    "/close",
    access=access.feature("receivables.months", Level.APPROVE),
    status_code=204,
    refuses=[NotFound, NotNextMonth],
    response_class=Response,
)
async def close_month(wanted: MonthToClose, caller: CallerOf, session: Transaction) -> None:
    """Closes the month after the last closed one: from then on nothing is posted into it."""
    await setup.close_month(session, caller.scope, wanted.ar_company, wanted.month)
