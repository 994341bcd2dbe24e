"""What customers owe, counted from postings, and the companies that changed. Both are published."""

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from shared.contracts.account_changed import AccountChanged
from shared.contracts.company_changed import CompanyChanged
from shared.database.statements import fetch_values
from shared.events import outbox


async def customers_to_count(session: AsyncSession, limit: int, without: Sequence[int]) -> list[int]:
    """The ids of the customers of the oldest `limit` movements, except those in `without`."""
    return await fetch_values(
        session,
        """
        SELECT DISTINCT customer_id FROM (
            SELECT customer_id FROM account_movement WHERE customer_id <> ALL(CAST(:without AS bigint[]))
            ORDER BY id LIMIT :limit
        ) AS oldest ORDER BY customer_id
        """,
        limit=limit,
        without=list(without),
    )


async def count_movements(session: AsyncSession, customer_ids: Sequence[int], limit: int) -> list[int]:
    """Adds at most `limit` movements of these customers to their accounts; returns the ids of the accounts that changed.

    Movements that another instance is counting are skipped. Accounts are locked in the order of customer ids.
    """
    return await fetch_values(
        session,
        """
        WITH counted AS (
            DELETE FROM account_movement WHERE id IN (
                SELECT id FROM account_movement WHERE customer_id = ANY(CAST(:customer_ids AS bigint[]))
                ORDER BY id LIMIT :limit FOR UPDATE SKIP LOCKED
            ) RETURNING customer_id, amount
        )
        INSERT INTO customer_account AS account (customer_id, open_amount, version)
        SELECT customer_id, sum(amount), 1 FROM counted GROUP BY customer_id HAVING sum(amount) <> 0 ORDER BY customer_id
        ON CONFLICT (customer_id) DO UPDATE
        SET open_amount = account.open_amount + excluded.open_amount, version = account.version + 1
        RETURNING customer_id
        """,
        customer_ids=list(customer_ids),
        limit=limit,
    )


async def announce(session: AsyncSession, customer_ids: list[int]) -> None:
    """Writes one `account-changed` for each customer, with the current account."""
    await outbox.append_selected(
        session,
        AccountChanged,
        """
        SELECT json_build_object('ar_company', c.ar_company, 'customer', c.number, 'version', a.version,
                                 'open_amount', a.open_amount::text) AS data
        FROM customer_account a JOIN customer c ON c.id = a.customer_id
        WHERE a.customer_id = ANY(CAST(:customer_ids AS bigint[])) ORDER BY a.customer_id
        """,
        customer_ids=customer_ids,
    )


async def note_changed_companies(session: AsyncSession) -> list[int]:
    """The companies that changed since they were last published. Records them as published."""
    return await fetch_values(
        session,
        """
        INSERT INTO company_announcement AS known (ar_company, revision)
        SELECT number, revision FROM ar_company c
        WHERE NOT EXISTS (SELECT FROM company_announcement a WHERE a.ar_company = c.number AND a.revision >= c.revision)
        ORDER BY number
        ON CONFLICT (ar_company) DO UPDATE SET revision = excluded.revision WHERE known.revision < excluded.revision
        RETURNING ar_company
        """,
    )


async def announce_companies(session: AsyncSession, numbers: list[int]) -> None:
    """Writes one `company-changed` for each company, with its current values."""
    await outbox.append_selected(
        session,
        CompanyChanged,
        """
        SELECT json_build_object('ar_company', number, 'version', revision, 'name', name,
                                 'last_closed_month', last_closed_month, 'max_open_months', max_open_months) AS data
        FROM ar_company WHERE number = ANY(CAST(:numbers AS int[])) ORDER BY number
        """,
        numbers=numbers,
    )
