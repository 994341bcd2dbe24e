"""The names of codes, for people who enter and read documents but do not see the setup."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Annotated, Literal, get_args

from pydantic import Field

from services.receivables.records.ar_companies import ArCompany
from services.receivables.rules.months import months_after

CodeKind = Literal[
    "gl_accounts", "receivable_types", "pay_terms", "tax_codes", "materials", "misc_distribution_codes", "jb_companies"
]


@dataclass(frozen=True)
class CompanyName:
    """An AR company and the months that accept postings in it."""

    number: int
    name: str
    gl_company: int
    open_months: Annotated[Sequence[str], Field(description="The months that accept postings.")]


@dataclass(frozen=True)
class CompanyCode:
    """A code of a company and its name."""

    company: Annotated[int, Field(description="The GL company of an account, the AR company of any other code.")]
    code: str
    name: str
    retired: Annotated[bool, Field(description="Whether it only stays for history, and cannot be used any more.")]


@dataclass(frozen=True)
class KnownCode(CompanyCode):
    """A code with its kind."""

    kind: CodeKind


@dataclass(frozen=True)
class ReceivablesCodes:
    """The names of what documents can name, except customers and contracts, which are too many."""

    ar_companies: Annotated[Sequence[CompanyName], Field(description="The companies within your limits.")]
    gl_accounts: Annotated[Sequence[CompanyCode], Field(description="The chart of accounts.")]
    receivable_types: Annotated[Sequence[CompanyCode], Field(description="What decides the accounts of an invoice.")]
    pay_terms: Annotated[Sequence[CompanyCode], Field(description="When invoices are due.")]
    tax_codes: Annotated[Sequence[CompanyCode], Field(description="The sales taxes.")]
    materials: Annotated[Sequence[CompanyCode], Field(description="What material lines bill.")]
    misc_distribution_codes: Annotated[Sequence[CompanyCode], Field(description="What reports distribute by.")]
    jb_companies: Annotated[Sequence[CompanyCode], Field(description="The companies of Job Billing.")]


def open_months_of(company: ArCompany) -> list[str]:
    """The months that accept postings. Example: 2026-09 closed last and 2 open months give 2026-10 and 2026-11."""
    return [months_after(company.last_closed_month, ahead) for ahead in range(1, company.max_open_months + 1)]


def by_kind(companies: Iterable[ArCompany], codes: Iterable[KnownCode]) -> ReceivablesCodes:
    """The codes in a list for each kind, in the order in which they come."""
    found: dict[CodeKind, list[CompanyCode]] = {}
    for one in codes:
        found.setdefault(one.kind, []).append(CompanyCode(one.company, one.code, one.name, one.retired))
    return ReceivablesCodes(
        ar_companies=[
            CompanyName(company.number, company.name, company.gl_company, open_months_of(company))
            for company in companies
        ],
        **{kind: found.get(kind, []) for kind in get_args(CodeKind)},
    )
