"""Owns what may be saved as a record of setup, and what it stands for where nothing is said."""

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet

from services.receivables.records.ar_companies import ArCompany
from services.receivables.records.contract_items import ContractItem
from services.receivables.records.pay_terms import PayTerms


def faults_in_companies(
    companies: Sequence[ArCompany], accounts: AbstractSet[tuple[int, str]], types: Mapping[int, AbstractSet[int]]
) -> list[tuple[int, str, str]]:
    """What companies name that does not exist: index, field, words.

    A company that has no receivable types yet may name any: they are entered after it.
    """
    faults = []
    for index, one in enumerate(companies):
        if one.cash_account is not None and (one.gl_company, one.cash_account) not in accounts:
            faults.append((index, "cash_account", f"GL company {one.gl_company} has no account {one.cash_account}"))
        known = types.get(one.number)
        for field in ("default_receivable_type", "finance_charge_receivable_type"):
            wanted = getattr(one, field)
            if known and wanted is not None and wanted not in known:
                faults.append((index, field, f"company {one.number} has no receivable type {wanted}"))
    return faults


def faults_in_item(item: ContractItem) -> list[tuple[str, str]]:
    """What is contradictory in a contract item, by field: a lump sum has no units."""
    if not item.lump_sum:
        return []
    return [
        (name, "a lump-sum item (UM LS) has no units")
        for name in ("original_units", "current_units", "billed_units")
        if getattr(item, name)
    ]


def faults_in_terms(terms: PayTerms) -> list[tuple[str, str]]:
    """What is contradictory in pay terms, by field."""
    faults = []
    if terms.due_days is not None and terms.due_day is not None:
        faults.append(("due_day", "due dates go by days or by a day of the month, not both"))
    if terms.discount_days is not None and terms.discount_day is not None:
        faults.append(("discount_day", "discount dates go by days or by a day of the month, not both"))
    by_day = terms.due_day is not None or terms.discount_day is not None
    if terms.cutoff_day is not None and not by_day:
        faults.append(("cutoff_day", "a cutoff day has a meaning only where a date goes by a day of the month"))
    if terms.discount_percent and terms.discount_days is None and terms.discount_day is None:
        faults.append(("discount_percent", "a discount needs discount_days or discount_day"))
    return faults


def default_receivable_type(company: int, customer: int | None, contract: int | None = None) -> int:
    """The receivable type that an invoice gets: the contract's, else the customer's, else the company's.

    An invoice without a contract has none there. Source: receivables, section 2.8.
    """
    if contract is not None:
        return contract
    return company if customer is None else customer
