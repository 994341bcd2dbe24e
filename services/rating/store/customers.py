"""The read copy of customers that receivables keeps."""

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from services.rating.rules.customers import Customer
from shared.access.grants import Scope
from shared.database.pages import PageQuery, Sorting, Where, containing, fetch_count, fetch_page
from shared.database.statements import columns, execute, fetch_value


async def take_over(session: AsyncSession, customers: Sequence[Customer]) -> None:
    """Writes customers as they now are, in one statement; a newer version that is here already stays."""
    await execute(
        session,
        """
        INSERT INTO customer (ar_company, number, version, name, status, customer_type, credit_limit)
        SELECT * FROM unnest(CAST(:ar_company AS int[]), CAST(:number AS text[]), CAST(:version AS int[]),
                             CAST(:name AS text[]), CAST(:status AS text[]), CAST(:customer_type AS text[]),
                             CAST(:credit_limit AS numeric[]))
        ON CONFLICT (ar_company, number) DO UPDATE
        SET version = excluded.version, name = excluded.name, status = excluded.status,
            customer_type = excluded.customer_type, credit_limit = excluded.credit_limit
        WHERE customer.version < excluded.version
        """,
        **columns(customers, "ar_company", "number", "version", "name", "status", "customer_type", "credit_limit"),
    )


async def type_of(session: AsyncSession, ar_company: int, number: str) -> str | None:
    """The customer type of a customer, None when receivables has not announced him."""
    found: str | None = await fetch_value(
        session,
        "SELECT customer_type FROM customer WHERE ar_company = :ar_company AND number = :number",
        ar_company=ar_company,
        number=number,
    )
    return found


async def list_customers(
    session: AsyncSession, scope: Scope, search: str | None, query: PageQuery
) -> tuple[list[Customer], str | None, int]:
    """Customers by number or name; they belong to no branch, so limits to branches do not narrow the list."""
    pattern = containing(search)
    where = (
        Where()
        .within(scope, branch=None, customer="c.number", ar_company="c.ar_company")
        .add("(c.number ILIKE :pattern OR c.name ILIKE :pattern)", pattern=pattern)
    )
    customers, cursor = await fetch_page(
        session,
        Customer,
        columns="c.ar_company, c.number, c.version, c.name, c.status, c.customer_type, c.credit_limit",
        source="customer c",
        where=where,
        sorting=Sorting({"number": ("c.number", "text"), "name": ("c.name", "text")}, default="number", key="c.id"),
        query=query,
    )
    return customers, cursor, await fetch_count(session, "customer c", where)
