"""Owns AR companies, receivable types and GL accounts, and what must fit together among them."""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, fields

ACCOUNT_FIELDS = (
    "ar_account",
    "revenue_account",
    "retainage_account",
    "discount_account",
    "write_off_account",
    "finance_charge_revenue_account",
    "finance_charge_receivable_account",
    "finance_charge_write_off_account",
)


@dataclass(frozen=True)
class GlAccount:
    gl_company: int
    account: str
    name: str
    active: bool


@dataclass(frozen=True)
class ArCompany:
    """A company that keeps receivables. Months are `YYYY-MM`; the currency is one for all of its amounts."""

    number: int
    name: str
    address: str
    gl_company: int
    currency: str
    default_receivable_type: int
    last_closed_month: str
    max_open_months: int
    revision: int = 1


@dataclass(frozen=True)
class CompanyEntry:
    """A company to set up; `last_invoice_number` is where its automatic numbers go on from."""

    number: int
    name: str
    address: str
    gl_company: int
    currency: str
    default_receivable_type: int
    last_closed_month: str
    max_open_months: int
    last_invoice_number: int


@dataclass(frozen=True)
class ReceivableType:
    """Which GL accounts an invoice of this type posts to."""

    ar_company: int
    type: int
    description: str
    ar_account: str
    revenue_account: str
    retainage_account: str
    discount_account: str
    write_off_account: str
    finance_charge_revenue_account: str
    finance_charge_receivable_account: str
    finance_charge_write_off_account: str


assert {one.name for one in fields(ReceivableType)} >= set(ACCOUNT_FIELDS)


def faults_in_type(
    entry: ReceivableType, companies: Mapping[int, ArCompany], accounts: AbstractSet[tuple[int, str]]
) -> list[tuple[str, str]]:
    """What a receivable type names that does not exist, by field; an account must belong to the company's GL company."""
    company = companies.get(entry.ar_company)
    if company is None:
        return [("ar_company", f"there is no AR company {entry.ar_company}")]
    return [
        (name, f"GL company {company.gl_company} has no account {getattr(entry, name)}")
        for name in ACCOUNT_FIELDS
        if (company.gl_company, getattr(entry, name)) not in accounts
    ]
