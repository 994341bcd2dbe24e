"""The rows of the read copy of customers."""

from collections.abc import Iterable, Sequence

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from services.rating.rules.customers import ListedCustomer, RequiredNumbers
from services.rating.rules.order_warnings import NamesCustomers
from shared.access.grants import Scope
from shared.database.pages import PageQuery, Sorting, Where, containing, fetch_list_count, fetch_page
from shared.database.statements import fetch_value
from shared.values.fields import field_names


async def type_of(session: AsyncSession, ar_company: int, number: str) -> str | None:
    """The type of a customer, or None if receivables has not reported the customer yet."""
    found: str | None = await fetch_value(
        session,
        "SELECT customer_type FROM customer WHERE ar_company = :ar_company AND number = :number",
        ar_company=ar_company,
        number=number,
    )
    return found


async def spellings(session: AsyncSession, customers: Sequence[tuple[int, str]]) -> dict[tuple[int, str], str]:
    """The numbers as receivables spells them, of those customers of an AR company that are given in another way.

    A number that could be several customers is left out.
    """
    rows = await session.execute(
        text(
            """
            SELECT named.ar_company, named.number, min(c.number) AS spelled
            FROM unnest(CAST(:companies AS int[]), CAST(:numbers AS text[])) AS named (ar_company, number)
            JOIN customer c ON c.ar_company = named.ar_company AND lower(c.number) = lower(named.number)
            GROUP BY named.ar_company, named.number HAVING count(DISTINCT c.number) = 1 AND min(c.number) <> named.number
            """
        ),
        {"companies": [company for company, _ in customers], "numbers": [number for _, number in customers]},
    )
    return {(row.ar_company, row.number): row.spelled for row in rows}


async def required_numbers(session: AsyncSession, customers: Sequence[tuple[int, str]]) -> RequiredNumbers:
    """The client's numbers that orders of these customers, given by AR company and number, must have."""
    rows = await session.execute(
        text(
            """
            SELECT c.ar_company, c.number, c.required_numbers
            FROM unnest(CAST(:companies AS int[]), CAST(:numbers AS text[])) AS named (ar_company, number)
            JOIN customer c ON c.ar_company = named.ar_company AND c.number = named.number
            WHERE cardinality(c.required_numbers) > 0
            """
        ),
        {"companies": [company for company, _ in customers], "numbers": [number for _, number in customers]},
    )
    return {(row.ar_company, row.number): row.required_numbers for row in rows}


async def find_known(session: AsyncSession, customers: Sequence[tuple[int, str]]) -> set[tuple[int, str]]:
    """Those of the customers, given by AR company and number, that receivables has reported."""
    rows = await session.execute(
        text(
            """
            SELECT c.ar_company, c.number
            FROM unnest(CAST(:companies AS int[]), CAST(:numbers AS text[])) AS named (ar_company, number)
            JOIN customer c ON c.ar_company = named.ar_company AND c.number = named.number
            """
        ),
        {"companies": [company for company, _ in customers], "numbers": [number for _, number in customers]},
    )
    return {(row.ar_company, row.number) for row in rows}


async def find_known_of(session: AsyncSession, rows: Iterable[NamesCustomers]) -> set[tuple[int, str]]:
    """The customers and bill-tos of the rows that receivables has reported, by AR company and number."""
    return await find_known(
        session, sorted({(row.ar_company, number) for row in rows for number in (row.customer, row.bill_to)})
    )


SORTING = Sorting({"number": ("c.number", "text"), "name": ("c.name", "text")}, default="number", key="c.id")


async def list_customers(
    session: AsyncSession, scope: Scope, search: str | None, query: PageQuery
) -> tuple[list[ListedCustomer], str | None, int | None]:
    """One page of customers by number or name, the cursor of the next page, and how many match.

    Customers do not belong to branches, so limits to branches do not apply.
    """
    pattern = containing(search)
    where = (
        Where()
        .within(scope, branch=None, customer="c.number", ar_company="c.ar_company")
        .add("(c.number ILIKE :pattern OR c.name ILIKE :pattern)", pattern=pattern)
    )
    customers, cursor = await fetch_page(
        session,
        ListedCustomer,
        columns=", ".join(f"c.{name}" for name in field_names(ListedCustomer)),
        source="customer c",
        where=where,
        sorting=SORTING,
        query=query,
    )
    return customers, cursor, await fetch_list_count(session, "customer c", where, query)
