"""What can be saved in the setup records, and the defaults that they give."""

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet

from services.receivables.records.ar_companies import ArCompany
from services.receivables.records.contract_items import ContractItem
from services.receivables.records.pay_terms import PayTerms


def faults_in_companies(
    companies: Sequence[ArCompany], accounts: AbstractSet[tuple[int, str]], types: Mapping[int, AbstractSet[int]]
) -> list[tuple[int, str, str]]:
    """The unknown accounts and receivable types that companies name: index, field and message of each.

    A company without receivable types may name any, because types are entered after their company.
    """
    faults = []
    for index, company in enumerate(companies):
        if company.cash_account is not None and (company.gl_company, company.cash_account) not in accounts:
            detail = f"GL company {company.gl_company} has no account {company.cash_account}"
            faults.append((index, "cash_account", detail))
        known = types.get(company.number)
        for field in ("default_receivable_type", "finance_charge_receivable_type"):
            named = getattr(company, field)
            if known and named is not None and named not in known:
                faults.append((index, field, f"company {company.number} has no receivable type {named}"))
    return faults


def faults_in_item(item: ContractItem) -> list[tuple[str, str]]:
    """The contradictions in a contract item, by field: a lump sum has no units."""
    if not item.lump_sum:
        return []
    return [
        (name, "must be 0, because a lump-sum item (UM LS) has no units")
        for name in ("original_units", "current_units", "billed_units")
        if getattr(item, name)
    ]


def faults_in_terms(terms: PayTerms) -> list[tuple[str, str]]:
    """The contradictions in pay terms, by field."""
    faults = []
    if terms.due_days is not None and terms.due_day is not None:
        faults.append(("due_day", "give due_days or due_day, not both"))
    if terms.discount_days is not None and terms.discount_day is not None:
        faults.append(("discount_day", "give discount_days or discount_day, not both"))
    by_day = terms.due_day is not None or terms.discount_day is not None
    if terms.cutoff_day is not None and not by_day:
        faults.append(("cutoff_day", "a cutoff day needs due_day or discount_day"))
    if terms.discount_percent and terms.discount_days is None and terms.discount_day is None:
        faults.append(("discount_percent", "a discount needs discount_days or discount_day"))
    return faults


def default_receivable_type(company: int, customer: int | None, contract: int | None = None) -> int:
    """The receivable type of an invoice: the contract's, else the customer's, else the company's.

    Source: receivables, section 2.8.
    """
    if contract is not None:
        return contract
    return company if customer is None else customer
