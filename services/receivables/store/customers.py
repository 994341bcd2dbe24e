"""The rows of customers, and what they owe."""

from collections.abc import Collection, Sequence

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from services.receivables.models import metadata
from services.receivables.records.customers import Customer, CustomerEntry
from services.receivables.rules.customers import CustomerFilter, OpenItem, OpenTotal, Unbilled
from shared.access.grants import Scope
from shared.contracts.customer_changed import CustomerChanged
from shared.database.columns import arrays_of, column_types, to_codes, values_of
from shared.database.pages import PageQuery, Sorting, Where, containing, fetch_count, fetch_list_count, fetch_page
from shared.database.scope import scope_condition
from shared.database.statements import columns, execute, fetch_all, fetch_one, fetch_value, fetch_values
from shared.events import outbox

_TABLE = column_types(metadata.tables["customer"])
_TYPES = {name: _TABLE[name] for name in CustomerEntry.model_fields}
_LISTS = ("shown_numbers", "required_numbers")
CHANGEABLE = tuple(name for name in _TYPES if name not in {"ar_company", "number"})
"""What can change once a customer exists."""
_COLUMNS = ", ".join(f"c.{name}" for name in _TABLE if name in Customer.model_fields)


def _within(scope: Scope) -> tuple[str, dict[str, object]]:
    """Customers belong to no branch, so limits to branches do not apply to them."""
    within, parameters = scope_condition(scope, branch=None, customer="c.number", ar_company="c.ar_company")
    return within, dict(parameters)


async def find(session: AsyncSession, scope: Scope, customer_id: int, *, lock: bool = False) -> Customer | None:
    """A customer within the scope, or None. With `lock`, other changes wait until this transaction ends."""
    within, parameters = _within(scope)
    return await fetch_one(
        session,
        Customer,
        f"SELECT {_COLUMNS} FROM customer c WHERE c.id = :id AND {within} {'FOR NO KEY UPDATE' if lock else ''}",
        id=customer_id,
        **parameters,
    )


SORTING = Sorting(
    {"number": ("c.number", "text"), "name": ("c.name", "text"), "sort_name": ("c.sort_name", "text")},
    default="number",
    key="c.id",
)


def _over_limit(accounts: Scope) -> Where:
    """The customers who owe more than their credit limit, counted from the invoices within the scope of their accounts.

    A caller without limits to branches sees all invoices of a customer, and what they add up to is kept.
    """
    sides = {"customer": "c.number", "ar_company": "c.ar_company"}
    within, parameters = scope_condition(accounts, branch=None, **sides, prefix="accounts")
    owed = "SELECT a.open_amount FROM customer_account a WHERE a.customer_id = c.id"
    if any(limits.branches for limits in accounts.limits):
        shown, parameters = scope_condition(accounts, branch="b.branch", **sides, prefix="accounts")
        owed = f"SELECT sum(b.open) FROM invoice_balance b WHERE b.customer_id = c.id AND b.open <> 0 AND {shown}"
    return Where([f"(c.credit_limit IS NOT NULL AND c.credit_limit < ({owed}) AND {within})"], dict(parameters))


async def count_over_limit(session: AsyncSession, scope: Scope, accounts: Scope) -> int:
    """How many customers within the scope owe more than their credit limit on the invoices of their `accounts`."""
    within, parameters = _within(scope)
    over = _over_limit(accounts)
    return await fetch_count(session, "customer c", Where([within, *over.terms], parameters | over.parameters))


async def list_customers(
    session: AsyncSession, scope: Scope, filters: CustomerFilter, query: PageQuery, accounts: Scope
) -> tuple[list[Customer], str | None, int | None]:
    """One page of customers, the cursor of the next page, and how many match.

    `accounts` is the scope in which the caller may see what customers owe.
    """
    within, parameters = _within(scope)
    pattern = containing(filters.search)
    where = (
        Where([within], parameters)
        .add("c.ar_company = :ar_company", ar_company=filters.ar_company)
        .add("c.status = :status", status=filters.status)
        .add("(c.number ILIKE :pattern OR c.name ILIKE :pattern OR c.sort_name ILIKE :pattern)", pattern=pattern)
    )
    if filters.over_limit is not None:
        over = _over_limit(accounts)
        where.terms.append(over.sql if filters.over_limit else f"{over.sql} IS NOT TRUE")
        where.parameters.update(over.parameters)
    customers, cursor = await fetch_page(
        session,
        Customer,
        columns=_COLUMNS,
        source="customer c",
        where=where,
        sorting=SORTING,
        query=query,
    )
    return customers, cursor, await fetch_list_count(session, "customer c", where, query)


async def spellings(session: AsyncSession, named: Sequence[tuple[int, str]]) -> dict[tuple[int, str], str]:
    """The numbers of customers, given by AR company and number, that are spelled in another way than they are given."""
    found = await session.execute(
        text(
            """
            SELECT named.ar_company, named.number, c.number AS spelled
            FROM unnest(CAST(:companies AS int[]), CAST(:numbers AS text[])) AS named (ar_company, number)
            JOIN customer c ON c.ar_company = named.ar_company AND c.number_key = lower(named.number)
            WHERE NOT EXISTS (SELECT FROM customer k WHERE k.ar_company = named.ar_company AND k.number = named.number)
            """
        ),
        {"companies": [company for company, _ in named], "numbers": [number for _, number in named]},
    )
    return {(row.ar_company, row.number): row.spelled for row in found}


async def known(session: AsyncSession, entries: Sequence[CustomerEntry]) -> list[Customer]:
    """The existing customers with the numbers of these entries, in any spelling, locked against other changes."""
    return await fetch_all(
        session,
        Customer,
        f"""
        WITH named AS MATERIALIZED (
            SELECT * FROM unnest(CAST(:ar_company AS int[]), CAST(:number AS text[])) AS named (ar_company, number)
        ), known AS (
            SELECT k.id FROM named JOIN customer k ON k.ar_company = named.ar_company AND k.number = named.number
            UNION
            SELECT k.id FROM named
            JOIN customer k ON k.ar_company = named.ar_company AND k.number_key = lower(named.number)
        )
        SELECT {_COLUMNS} FROM customer c WHERE c.id IN (SELECT id FROM known)
        ORDER BY c.id FOR NO KEY UPDATE OF c
        """,
        **columns(entries, "ar_company", "number"),
    )


def _values_of(entry: CustomerEntry) -> dict[str, object]:
    values = {name: getattr(entry, name) for name in _TYPES}
    return values | {name: list(values[name]) for name in _LISTS}


async def insert(session: AsyncSession, entry: CustomerEntry) -> int:
    """Creates a customer and returns its id."""
    names = ", ".join(_TYPES)
    values = ", ".join(f":{name}" for name in _TYPES)
    customer_id: int = await fetch_value(
        session,
        f"INSERT INTO customer ({names}) VALUES ({values}) RETURNING id",
        **_values_of(entry),
    )
    return customer_id


async def upsert(session: AsyncSession, entries: Sequence[CustomerEntry], names: Collection[str]) -> list[int]:
    """Creates customers, or changes the columns `names` of those that differ; returns the ids of all of these.

    All are written in one statement.
    """
    written = ", ".join(_TYPES)
    changed = [name for name in CHANGEABLE if name in names]
    changes = "".join(f"{name} = excluded.{name}, " for name in changed)
    before, after = (", ".join(f"{side}.{name}" for name in changed) for side in ("customer", "excluded"))
    return await fetch_values(
        session,
        f"""
        INSERT INTO customer ({written})
        SELECT {values_of(_TYPES)} FROM unnest({arrays_of(_TYPES)}) AS entry ({written})
        ON CONFLICT (ar_company, number) DO UPDATE SET {changes} version = customer.version + 1
        WHERE ({before}) IS DISTINCT FROM ({after})
        RETURNING id
        """,
        **columns(entries, *_TYPES) | {name: [to_codes(getattr(entry, name)) for entry in entries] for name in _LISTS},
    )


async def update(session: AsyncSession, customer_id: int, entry: CustomerEntry) -> None:
    """Updates all fields of a customer and its version."""
    changes = ", ".join(f"{name} = :{name}" for name in _TYPES)
    await execute(
        session,
        f"UPDATE customer SET {changes}, version = version + 1 WHERE id = :id",
        id=customer_id,
        **_values_of(entry),
    )


async def announce(session: AsyncSession, customer_ids: Sequence[int]) -> None:
    """Writes one `customer-changed` for each customer, with its current values."""
    await outbox.append_selected(
        session,
        CustomerChanged,
        """
        SELECT json_build_object('ar_company', ar_company, 'number', number, 'version', version, 'name', name,
                                 'status', status, 'customer_type', customer_type,
                                 'credit_limit', credit_limit::text, 'required_numbers', required_numbers) AS data
        FROM customer WHERE id = ANY(CAST(:customer_ids AS bigint[])) ORDER BY id
        """,
        customer_ids=list(customer_ids),
    )


def _open_items(scope: Scope, customer_id: int) -> Where:
    return Where(["b.customer_id = :customer_id AND b.open <> 0"], {"customer_id": customer_id}).within(
        scope, branch="b.branch", customer="b.customer", ar_company="b.ar_company"
    )


OPEN_ITEM_SORTING = Sorting({"due_on": ("b.due_on", "date")}, default="due_on", key="b.invoice_id")


async def open_items(
    session: AsyncSession, scope: Scope, customer_id: int, query: PageQuery
) -> tuple[list[OpenItem], str | None]:
    """One page of a customer's open invoices, the earliest due date first, and the cursor of the next page."""
    return await fetch_page(
        session,
        OpenItem,
        columns="""
            b.invoice_id, b.number, b.month, t.number AS transaction, b.invoice_date, b.due_on, b.total,
            b.open - b.total AS applied, b.open
        """,
        source="invoice_balance b JOIN ar_transaction t ON t.id = b.invoice_id",
        where=_open_items(scope, customer_id),
        sorting=OPEN_ITEM_SORTING,
        query=query,
    )


async def open_total(session: AsyncSession, scope: Scope, customer_id: int) -> OpenTotal:
    """How many invoices of a customer are open, and the sum of what is open of them."""
    where = _open_items(scope, customer_id)
    found = await fetch_one(
        session,
        OpenTotal,
        f"""
        SELECT count(*) AS invoices, coalesce(sum(b.open), 0.00) AS total FROM invoice_balance b WHERE {where.sql}
        """,
        **where.parameters,
    )
    assert found is not None
    return found


async def unbilled(session: AsyncSession, scope: Scope, customer: Customer) -> Unbilled:
    """The rated orders of the customer whose current rating version is not booked."""
    within, parameters = scope_condition(scope, branch="r.branch", customer="r.bill_to", ar_company="r.ar_company")
    found = await fetch_one(
        session,
        Unbilled,
        f"""
        SELECT count(*) AS orders, coalesce(sum(r.total), 0.00) AS total
        FROM rated_order r
        WHERE r.ar_company = :ar_company AND r.bill_to = :number AND r.state = 'rated' AND {within}
          AND NOT EXISTS (SELECT FROM export_outcome_order o
                          WHERE o.work_order_id = r.work_order_id AND o.version = r.rating_version AND o.booked)
        """,
        ar_company=customer.ar_company,
        number=customer.number,
        **parameters,
    )
    assert found is not None
    return found
