"""Customers in statements: found in any spelling, by columns that keep the spelling of the customer's record."""

from sqlalchemy.ext.asyncio import AsyncSession

from shared.database.statements import fetch_values


async def spellings(session: AsyncSession, number: str | None, *, as_given: bool = False) -> list[str] | None:
    """The numbers of the customers that a filter names in any spelling; an unknown one stays as it is given.

    For lists whose index on the customer must give the rows in their sequence (`Where.one_of`). With `as_given`, rows are
    also found that were made before the customer was known, and have the spelling of the filter.
    """
    if number is None:
        return None
    found = await fetch_values(
        session,
        "SELECT DISTINCT number FROM customer WHERE lower(number) = lower(:number) ORDER BY number",
        number=number,
    )
    return [*found, number] if not found or (as_given and number not in found) else found


def spelled(column: str, parameter: str) -> str:
    """The condition that a column names one of the customers in a parameter, a list of numbers.

    They are compared as they are given and as the table `customer` of the service spells them, so that an index on the
    column can be used. The statement reads that table once.
    """
    given = f"CAST(:{parameter} AS text[])"
    return f"""
        {column} = ANY({given} || ARRAY(
            SELECT k.number FROM unnest({given}) AS named (number) JOIN customer k ON lower(k.number) = lower(named.number)))
    """


def listed(number: str | None) -> list[str] | None:
    """The customer of a filter as the parameter of `spelled`."""
    return None if number is None else [number]
