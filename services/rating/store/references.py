"""Which of the branches and customers that a request names exist."""

from collections.abc import Sequence

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession


async def find_unknown(
    session: AsyncSession, branches: Sequence[str], customers: Sequence[str]
) -> set[tuple[str, str]]:
    """The branches and customers that do not exist, each with what it is: `("branch", "SAT")`.

    A customer exists if receivables has reported it in any AR company of a branch, or if an order that is not exported
    yet names it as customer or bill-to.
    """
    found = await session.execute(
        text(
            """
            WITH unreported AS MATERIALIZED (
                SELECT DISTINCT named.code FROM unnest(CAST(:customers AS text[])) AS named (code)
                WHERE NOT EXISTS (SELECT FROM customer c
                                  WHERE c.ar_company IN (SELECT b.ar_company FROM branch b)
                                    AND lower(c.number) = lower(named.code))
            ), active AS (
                SELECT w.customer, w.bill_to FROM work_order w WHERE w.status = 'open'
                UNION ALL
                SELECT w.customer, w.bill_to FROM work_order w WHERE w.status IN ('rated', 'assigned')
            )
            SELECT 'branch' AS kind, named.code FROM unnest(CAST(:branches AS text[])) AS named (code)
            WHERE NOT EXISTS (SELECT FROM branch b WHERE b.code = named.code)
            UNION
            SELECT 'customer', u.code FROM unreported u
            WHERE NOT EXISTS (SELECT FROM active a WHERE a.customer = u.code)
              AND NOT EXISTS (SELECT FROM active a WHERE a.bill_to = u.code)
            """
        ),
        {"branches": list(branches), "customers": list(customers)},
    )
    return {(row.kind, row.code) for row in found}


async def find_unknown_servers(session: AsyncSession, servers: Sequence[str]) -> set[str]:
    """The servers that do not exist; a retired one does."""
    found = await session.execute(
        text(
            """
            SELECT named.code FROM unnest(CAST(:servers AS text[])) AS named (code)
            WHERE NOT EXISTS (SELECT FROM server s WHERE s.code = named.code)
            """
        ),
        {"servers": list(servers)},
    )
    return {row.code for row in found}


async def find_unknown_companies(session: AsyncSession, numbers: Sequence[int]) -> set[int]:
    """The AR companies that receivables has not reported. All are accepted as long as it has reported none."""
    found = await session.execute(
        text(
            """
            SELECT named.number FROM unnest(CAST(:numbers AS int[])) AS named (number)
            WHERE EXISTS (SELECT FROM ar_company) AND NOT EXISTS (SELECT FROM ar_company c WHERE c.number = named.number)
            """
        ),
        {"numbers": list(numbers)},
    )
    return {row.number for row in found}
