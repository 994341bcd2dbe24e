"""The read copies of what customers owe and which months are open."""

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from services.rating.rules.accounts import Account, ArCompany
from shared.database.statements import columns, execute


async def take_over_accounts(session: AsyncSession, accounts: Sequence[Account]) -> None:
    """Writes accounts as they now are, in one statement; a newer version that is here already stays."""
    await execute(
        session,
        """
        INSERT INTO customer_account (ar_company, customer, version, open_amount)
        SELECT * FROM unnest(CAST(:ar_company AS int[]), CAST(:customer AS text[]), CAST(:version AS int[]),
                             CAST(:open_amount AS numeric[]))
        ON CONFLICT (ar_company, customer) DO UPDATE
        SET version = excluded.version, open_amount = excluded.open_amount
        WHERE customer_account.version < excluded.version
        """,
        **columns(accounts, "ar_company", "customer", "version", "open_amount"),
    )


async def take_over_companies(session: AsyncSession, companies: Sequence[ArCompany]) -> None:
    """Writes AR companies as they now are, in one statement; a newer version that is here already stays."""
    await execute(
        session,
        """
        INSERT INTO ar_company (number, version, name, last_closed_month, max_open_months)
        SELECT * FROM unnest(CAST(:number AS int[]), CAST(:version AS int[]), CAST(:name AS text[]),
                             CAST(:last_closed_month AS text[]), CAST(:max_open_months AS int[]))
        ON CONFLICT (number) DO UPDATE
        SET version = excluded.version, name = excluded.name, last_closed_month = excluded.last_closed_month,
            max_open_months = excluded.max_open_months
        WHERE ar_company.version < excluded.version
        """,
        **columns(companies, "number", "version", "name", "last_closed_month", "max_open_months"),
    )
