"""Owns contracts with their items, and job billings."""

from dataclasses import dataclass
from decimal import Decimal

LUMP_SUM = "LS"


@dataclass(frozen=True)
class Contract:
    """What is billed to one customer by items. `status` is `open`, `soft_closed` or `hard_closed`."""

    ar_company: int
    number: str
    description: str
    customer: str
    pay_terms: str | None = None
    receivable_type: int | None = None
    retainage_percent: Decimal = Decimal(0)
    status: str = "open"
    revision: int = 1


@dataclass(frozen=True)
class ContractItem:
    """A part of a contract, with what was agreed at first, what is agreed now, and what is billed.

    Without a `retainage_percent` the contract's counts. A lump-sum item (UM `LS`) has no units.
    """

    ar_company: int
    contract: str
    item: str
    description: str
    revenue_account: str
    um: str
    tax_code: str | None = None
    retainage_percent: Decimal | None = None
    original_units: Decimal = Decimal(0)
    original_amount: Decimal = Decimal(0)
    current_units: Decimal = Decimal(0)
    current_amount: Decimal = Decimal(0)
    billed_units: Decimal = Decimal(0)
    billed_amount: Decimal = Decimal(0)
    revision: int = 1

    @property
    def lump_sum(self) -> bool:
        return self.um == LUMP_SUM


@dataclass(frozen=True)
class JbCompany:
    """A company that bills jobs, and the AR company that keeps its receivables."""

    number: int
    name: str
    ar_company: int
    revision: int = 1


@dataclass(frozen=True)
class JobBilling:
    """A bill of Job Billing. `status` is `active`, `changed` or `deleted`; once interfaced it is receivables' own."""

    jb_company: int
    bill_month: str
    bill_id: int
    seq: int
    contract: str
    invoice_number: str
    status: str = "active"
    interfaced: bool = False
    revision: int = 1


def faults_in_item(item: ContractItem) -> list[tuple[str, str]]:
    """What is contradictory in a contract item, by field: a lump sum has no units."""
    if not item.lump_sum:
        return []
    return [
        (name, "a lump-sum item (UM LS) has no units")
        for name in ("original_units", "current_units", "billed_units")
        if getattr(item, name)
    ]
