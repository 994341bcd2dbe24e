"""AR companies, GL accounts, receivable types and months."""

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from services.receivables.rules.months import MonthRow
from services.receivables.rules.setup import ACCOUNT_FIELDS, ArCompany, CompanyEntry, GlAccount, ReceivableType
from shared.access import Scope
from shared.database import columns, execute, fetch_all, fetch_one, scope_condition

_COMPANY = """
    number, name, address, gl_company, currency, default_receivable_type, last_closed_month, max_open_months, revision
"""


async def list_companies(session: AsyncSession, scope: Scope) -> list[ArCompany]:
    within, parameters = scope_condition(scope, branch=None, customer=None, ar_company="number")
    return await fetch_all(
        session, ArCompany, f"SELECT {_COMPANY} FROM ar_company WHERE {within} ORDER BY number", **parameters
    )


async def find_company(session: AsyncSession, number: int, *, lock: str = "") -> ArCompany | None:
    """The company. `lock` is `FOR SHARE` to keep its months as they are while posting, `FOR NO KEY UPDATE` to close one:
    the two exclude each other, several postings do not.
    """
    assert lock in {"", "FOR SHARE", "FOR NO KEY UPDATE"}
    return await fetch_one(
        session, ArCompany, f"SELECT {_COMPANY} FROM ar_company WHERE number = :number {lock}", number=number
    )


async def upsert_companies(session: AsyncSession, entries: Sequence[CompanyEntry]) -> None:
    """Adds companies, or gives known ones new values; months and invoice numbers of known ones stay."""
    types = {
        "number": "int",
        "name": "text",
        "address": "text",
        "gl_company": "int",
        "currency": "text",
        "default_receivable_type": "int",
        "last_closed_month": "text",
        "max_open_months": "int",
    }
    names = ", ".join(types)
    arrays = ", ".join(f"CAST(:{name} AS {kind}[])" for name, kind in types.items())
    await execute(
        session,
        f"""
        INSERT INTO ar_company ({names}) SELECT {names} FROM unnest({arrays}) AS entry ({names})
        ON CONFLICT (number) DO UPDATE
        SET name = excluded.name, address = excluded.address,
            default_receivable_type = excluded.default_receivable_type,
            max_open_months = excluded.max_open_months, revision = ar_company.revision + 1
        """,
        **columns(entries, *types),
    )
    await execute(
        session,
        """
        INSERT INTO number_series (ar_company, series, last_number)
        SELECT number, 'invoice', last_invoice_number
        FROM unnest(CAST(:number AS int[]), CAST(:last_invoice_number AS bigint[]))
            AS entry (number, last_invoice_number)
        ON CONFLICT DO NOTHING
        """,
        **columns(entries, "number", "last_invoice_number"),
    )


async def close_month(session: AsyncSession, ar_company: int, month: str) -> None:
    await execute(
        session,
        "UPDATE ar_company SET last_closed_month = :month, revision = revision + 1 WHERE number = :ar_company",
        ar_company=ar_company,
        month=month,
    )


async def list_used_months(session: AsyncSession, scope: Scope) -> list[MonthRow]:
    """The months of each company that anything is posted in; whether they are open is decided by the rule."""
    within, parameters = scope_condition(scope, branch=None, customer=None, ar_company="t.ar_company")
    return await fetch_all(
        session,
        MonthRow,
        f"""
        SELECT t.ar_company, t.month, false AS open, count(*) AS transactions
        FROM ar_transaction t WHERE {within} GROUP BY t.ar_company, t.month
        """,
        **parameters,
    )


async def list_accounts(session: AsyncSession) -> list[GlAccount]:
    return await fetch_all(session, GlAccount, "SELECT * FROM gl_account ORDER BY gl_company, account")


async def upsert_accounts(session: AsyncSession, entries: Sequence[GlAccount]) -> None:
    await execute(
        session,
        """
        INSERT INTO gl_account (gl_company, account, name, active)
        SELECT * FROM unnest(CAST(:gl_company AS int[]), CAST(:account AS text[]), CAST(:name AS text[]),
                             CAST(:active AS boolean[]))
        ON CONFLICT (gl_company, account) DO UPDATE SET name = excluded.name, active = excluded.active
        """,
        **columns(entries, "gl_company", "account", "name", "active"),
    )


async def list_types(session: AsyncSession, scope: Scope) -> list[ReceivableType]:
    within, parameters = scope_condition(scope, branch=None, customer=None, ar_company="ar_company")
    return await fetch_all(
        session, ReceivableType, f"SELECT * FROM receivable_type WHERE {within} ORDER BY ar_company, type", **parameters
    )


async def upsert_types(session: AsyncSession, entries: Sequence[ReceivableType]) -> None:
    """Adds receivable types, or gives known ones new accounts; what is posted keeps the old ones."""
    names = ("description", *ACCOUNT_FIELDS)
    listed = ", ".join(names)
    arrays = ", ".join(f"CAST(:{name} AS text[])" for name in names)
    changes = ", ".join(f"{name} = excluded.{name}" for name in names)
    await execute(
        session,
        f"""
        INSERT INTO receivable_type (ar_company, type, {listed})
        SELECT ar_company, type, {listed}
        FROM unnest(CAST(:ar_company AS int[]), CAST(:type AS int[]), {arrays}) AS entry (ar_company, type, {listed})
        ON CONFLICT (ar_company, type) DO UPDATE SET {changes}
        """,
        **columns(entries, "ar_company", "type", *names),
    )
