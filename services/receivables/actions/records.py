"""The setup records: what each of them can name, and what is saved with it."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from services.receivables.records.ar_companies import ArCompany
from services.receivables.records.contract_items import ContractItem
from services.receivables.records.contracts import Contract
from services.receivables.records.jb_companies import JbCompany
from services.receivables.records.job_billings import JobBilling
from services.receivables.records.pay_terms import PayTerms
from services.receivables.records.receivable_types import ACCOUNT_FIELDS
from services.receivables.rules.records import faults_in_companies, faults_in_item, faults_in_terms
from services.receivables.rules.references import unknown_references
from services.receivables.store import ar_companies, customers, records, references
from shared.records.keeping import Faults, Records
from shared.records.table import load_rows


def _naming(
    *, accounts: Sequence[str] = (), codes: Mapping[str, str] | None = None
) -> Callable[[AsyncSession, Sequence[Any]], Awaitable[Faults]]:
    """Returns a check for unknown names in rows; `accounts` and `codes` are those of `unknown_references`."""

    async def find(session: AsyncSession, rows: Sequence[Any]) -> Faults:
        known = await references.known_references(session, *sorted(set((codes or {}).values())))
        return unknown_references(rows, known, accounts=accounts, codes=codes)

    return find


async def _faults_in_companies(session: AsyncSession, rows: Sequence[ArCompany]) -> Faults:
    known = await references.known_references(session)
    return faults_in_companies(rows, known.accounts, await references.types_of_companies(session))


async def _faults_in_terms(session: AsyncSession, rows: Sequence[PayTerms]) -> Faults:
    own = [(index, *fault) for index, row in enumerate(rows) for fault in faults_in_terms(row)]
    return [*own, *await _naming()(session, rows)]


async def _faults_in_items(session: AsyncSession, rows: Sequence[ContractItem]) -> Faults:
    own = [(index, *fault) for index, row in enumerate(rows) for fault in faults_in_item(row)]
    named = _naming(accounts=("revenue_account",), codes={"contract": "contract", "tax_code": "tax_code"})
    return [*own, *await named(session, rows)]


async def _faults_in_job_billings(session: AsyncSession, rows: Sequence[JobBilling]) -> Faults:
    known = {company.number for company in await load_rows(session, records.JB_COMPANIES)}
    return [
        (index, "jb_company", f"there is no JB company {row.jb_company}")
        for index, row in enumerate(rows)
        if row.jb_company not in known
    ]


async def _spelled_customers(session: AsyncSession, rows: Sequence[Contract]) -> Sequence[Contract]:
    """The contracts with the numbers of their customers as the customers have them."""
    named = {(row.ar_company, row.customer) for row in rows if row.ar_company and row.customer}
    spelled = await customers.spellings(session, sorted(named))
    return [
        row.model_copy(update={"customer": spelled.get((row.ar_company, row.customer), row.customer)}) for row in rows
    ]


def _company_of(row: Any) -> Mapping[str, Any]:
    return {"ar_company": row.ar_company}


def _customer_of(row: Any) -> Mapping[str, Any]:
    return {"ar_company": row.ar_company, "customer": row.customer}


GL_ACCOUNTS = Records(records.GL_ACCOUNTS)
AR_COMPANIES = Records(
    records.AR_COMPANIES,
    find_faults=_faults_in_companies,
    save_more=ar_companies.begin_invoice_numbers,
    sides_of=lambda row: {"ar_company": row.number},
)
RECEIVABLE_TYPES = Records(records.RECEIVABLE_TYPES, find_faults=_naming(accounts=ACCOUNT_FIELDS), sides_of=_company_of)
PAY_TERMS = Records(records.PAY_TERMS, find_faults=_faults_in_terms, sides_of=_company_of)
TAX_CODES = Records(
    records.TAX_CODES,
    find_faults=_naming(accounts=("tax_payable_account", "retainage_tax_account")),
    sides_of=_company_of,
)
MATERIALS = Records(records.MATERIALS, find_faults=_naming(accounts=("gl_account",)), sides_of=_company_of)
MISC_DISTRIBUTION_CODES = Records(records.MISC_DISTRIBUTION_CODES, find_faults=_naming(), sides_of=_company_of)
CONTRACTS = Records(
    records.CONTRACTS,
    find_faults=_naming(codes={"customer": "customer", "pay_terms": "pay_terms", "receivable_type": "receivable_type"}),
    spelled=_spelled_customers,
    sides_of=_customer_of,
)
CONTRACT_ITEMS = Records(records.CONTRACT_ITEMS, find_faults=_faults_in_items, sides_of=_company_of)
JB_COMPANIES: Records[JbCompany] = Records(records.JB_COMPANIES, find_faults=_naming(), sides_of=_company_of)
JOB_BILLINGS = Records(records.JOB_BILLINGS, find_faults=_faults_in_job_billings)
