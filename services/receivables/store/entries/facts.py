"""The facts for the input of entries, each in one statement: codes, customers, contracts, numbers in use, exposures."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy.ext.asyncio import AsyncSession

from services.receivables.records.ar_companies import ArCompany
from services.receivables.records.contract_items import ContractItem
from services.receivables.records.contracts import Contract
from services.receivables.records.customers import Customer
from services.receivables.rules.entries.line_facts import EntryCodes
from services.receivables.rules.entries.numbers import NumberInUse
from services.receivables.store import records
from shared.access.grants import Scope
from shared.database.scope import scope_condition
from shared.database.statements import fetch_all, fetch_values
from shared.records.table import load_rows
from shared.values.names import fold

_CUSTOMER = ", ".join(f"c.{name}" for name in Customer.model_fields)


async def codes(session: AsyncSession, company: ArCompany) -> EntryCodes:
    """The records of the company that entries can name, including retired ones."""
    own = {"ar_company": company.number}
    terms = await load_rows(session, records.PAY_TERMS, **own)
    types = await load_rows(session, records.RECEIVABLE_TYPES, **own)
    taxes = await load_rows(session, records.TAX_CODES, **own)
    materials = await load_rows(session, records.MATERIALS, **own)
    misc = await load_rows(session, records.MISC_DISTRIBUTION_CODES, **own)
    accounts = await fetch_values(
        session,
        "SELECT account FROM gl_account WHERE gl_company = :gl_company AND active",
        gl_company=company.gl_company,
    )
    return EntryCodes(
        terms={row.code: row for row in terms},
        types={row.type: row for row in types},
        tax_codes={row.code: row for row in taxes},
        materials={row.code: row for row in materials},
        misc_codes={row.code: row.description for row in misc if row.retired_on is None},
        accounts=frozenset(accounts),
    )


async def customers(
    session: AsyncSession, scope: Scope, ar_company: int, numbers: Collection[str]
) -> dict[str, Customer]:
    """The customers with these numbers within the scope, by their number and by the number that is given.

    A number in another spelling finds its customer, unless a customer has exactly this one.
    """
    within, parameters = scope_condition(scope, branch=None, customer="c.number", ar_company="c.ar_company")
    found = await fetch_all(
        session,
        Customer,
        f"""
        SELECT {_CUSTOMER} FROM customer c
        WHERE c.ar_company = :ar_company AND {within}
          AND (c.number = ANY(CAST(:numbers AS text[])) OR c.number_key = ANY(CAST(:keys AS text[])))
        """,
        ar_company=ar_company,
        numbers=sorted(numbers),
        keys=sorted(map(fold, numbers)),
        **parameters,
    )
    known = {fold(customer.number): customer for customer in found} | {customer.number: customer for customer in found}
    given = {number: known.get(number) or known.get(fold(number)) for number in numbers}
    return {
        **{customer.number: customer for customer in found},
        **{number: customer for number, customer in given.items() if customer is not None},
    }


async def contracts(
    session: AsyncSession, ar_company: int, numbers: Collection[str]
) -> tuple[dict[str, Contract], dict[tuple[str, str], ContractItem]]:
    """The contracts with these numbers by number, and their items by contract and item."""
    if not numbers:
        return {}, {}
    parameters = {"ar_company": ar_company, "numbers": sorted(numbers)}
    condition = "t.ar_company = :ar_company AND t.{0} = ANY(CAST(:numbers AS text[]))"
    found = await fetch_all(
        session,
        Contract,
        f"SELECT {records.CONTRACTS.select} FROM contract t WHERE {condition.format('number')}",
        **parameters,
    )
    items = await fetch_all(
        session,
        ContractItem,
        f"SELECT {records.CONTRACT_ITEMS.select} FROM contract_item t WHERE {condition.format('contract')}",
        **parameters,
    )
    return {contract.number: contract for contract in found}, {(item.contract, item.item): item for item in items}


async def numbers_in_use(session: AsyncSession, ar_company: int, numbers: Sequence[str]) -> list[NumberInUse]:
    """Where these invoice numbers are in use in the company, or on bills of Job Billing not interfaced yet.

    The number of a deleted invoice can be used again.
    """
    if not numbers:
        return []
    return await fetch_all(
        session,
        NumberInUse,
        """
        WITH named AS (SELECT DISTINCT lower(btrim(number)) AS normal FROM unnest(CAST(:numbers AS text[])) AS number)
        SELECT 'posted' AS place, t.invoice_number, t.ar_company AS company, c.number AS customer, b.month,
               b.number AS id, t.seq, t.batch_id, t.id AS transaction_id
        FROM named
        JOIN ar_transaction t ON t.ar_company = :ar_company AND lower(btrim(t.invoice_number)) = named.normal
        JOIN batch b ON b.id = t.batch_id
        JOIN customer c ON c.id = t.customer_id
        WHERE t.type = 'invoice' AND t.action = 'add'
          AND NOT EXISTS (SELECT FROM ar_transaction d WHERE d.changes_id = t.id AND d.action = 'delete')
        UNION ALL
        SELECT 'unposted', e.invoice_number, b.ar_company, c.number, b.month, b.number, e.seq, e.batch_id, NULL
        FROM named
        JOIN batch_entry e ON lower(btrim(e.invoice_number)) = named.normal AND e.invoice_number IS NOT NULL AND NOT e.posted
        JOIN batch b ON b.id = e.batch_id AND b.ar_company = :ar_company
        JOIN customer c ON c.id = e.customer_id
        WHERE e.type = 'invoice' AND e.action = 'add'
        UNION ALL
        SELECT 'job_billing', j.invoice_number, j.jb_company, NULL, j.bill_month, j.bill_id, j.seq, NULL, NULL
        FROM named
        JOIN job_billing j ON lower(btrim(j.invoice_number)) = named.normal AND NOT j.interfaced
        JOIN jb_company k ON k.number = j.jb_company AND k.ar_company = :ar_company
        """,
        ar_company=ar_company,
        numbers=list(numbers),
    )


@dataclass(frozen=True)
class _Exposure:
    customer_id: int
    amount: Decimal


async def exposures(session: AsyncSession, customer_ids: Collection[int], batch_id: int | None) -> dict[int, Decimal]:
    """What each customer owes or will owe, by id: posted, in unposted batches, and rated but not booked.

    The batch `batch_id` does not count, because validation adds its entries one by one.
    Source: receivables, section 2.20.
    """
    if not customer_ids:
        return {}
    found = await fetch_all(
        session,
        _Exposure,
        """
        SELECT c.id AS customer_id,
               coalesce((SELECT sum(b.open) FROM invoice_balance b WHERE b.customer_id = c.id AND b.open <> 0), 0.00)
               + coalesce((SELECT sum(l.amount) FROM batch_entry e JOIN batch_line l USING (batch_id, seq)
                           WHERE e.customer_id = c.id AND NOT e.posted AND e.action = 'add'
                             AND e.batch_id IS DISTINCT FROM CAST(:batch_id AS bigint)), 0.00)
               + coalesce((SELECT sum(r.total) FROM rated_order r
                           WHERE r.ar_company = c.ar_company AND r.bill_to = c.number AND r.state = 'rated'
                             AND NOT EXISTS (SELECT FROM export_outcome_order o
                                             WHERE o.work_order_id = r.work_order_id
                                               AND o.version = r.rating_version AND o.booked)), 0.00) AS amount
        FROM customer c WHERE c.id = ANY(CAST(:ids AS bigint[]))
        """,
        ids=sorted(customer_ids),
        batch_id=batch_id,
    )
    return {exposure.customer_id: exposure.amount for exposure in found}
