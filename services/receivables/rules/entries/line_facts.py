"""What the rules of a line know, and a line as it is in a batch."""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from services.receivables.records.ar_companies import ArCompany
from services.receivables.records.contract_items import ContractItem
from services.receivables.records.contracts import Contract
from services.receivables.records.materials import Material
from services.receivables.records.pay_terms import PayTerms
from services.receivables.records.receivable_types import ReceivableType
from services.receivables.records.tax_codes import TaxCode
from services.receivables.rules.entries.amounts import Amounts
from services.receivables.rules.entries.facts import CONTRACT_LINE, AppliedLine, LineType, TransactionType
from shared.values.fields import COMPLETE, light
from shared.values.money import Money, Quantity, Rate


@dataclass(frozen=True)
class EntryCodes:
    """The records of an AR company that entries can name; `accounts` are the active ones of its GL company.

    Retired records are included for the sake of older entries. `current` says whether new input can name a record.
    """

    terms: Mapping[str, PayTerms]
    types: Mapping[int, ReceivableType]
    tax_codes: Mapping[str, TaxCode]
    materials: Mapping[str, Material]
    misc_codes: Mapping[str, str]
    accounts: AbstractSet[str]

    @cached_property
    def control_accounts(self) -> AbstractSet[str]:
        """The accounts of what customers owe. Lines must not name them, or they would not match the open items."""
        return {
            account
            for receivable_type in self.types.values()
            for account in (
                receivable_type.ar_account,
                receivable_type.retainage_account,
                receivable_type.finance_charge_receivable_account,
            )
        }


def is_current(records: Mapping[Any, Any], code: object) -> bool:
    """Whether new input can name this code: it exists and is not retired."""
    found = records.get(code)
    return found is not None and found.retired_on is None


@light
@dataclass(frozen=True)
class LineFacts:
    """What decides a line: its header and the records that it names.

    `dates` are the invoice date and the last day of its discount.
    """

    company: ArCompany
    codes: EntryCodes
    type: TransactionType
    receivable_type: ReceivableType
    contract: Contract | None = None
    customer_tax_code: str | None = None
    terms: PayTerms | None = None
    dates: tuple[date, date | None] = (date.min, None)
    item: ContractItem | None = None
    material: Material | None = None
    applied: AppliedLine | None = None


@dataclass(frozen=True, slots=True)
class TypedLine:
    """A line of an entry as clerks see it, with the sign that it posts: credits and write-offs are negative.

    `amount` includes tax, retainage and finance charge. `apply_line` is the line of the invoice that an amendment
    changes.
    """

    __pydantic_config__ = COMPLETE

    line: int
    line_type: LineType
    apply_line: int | None
    description: str
    gl_account: str
    contract_item: str | None
    contract_units: Quantity
    material: str | None
    um: str | None
    units: Quantity
    unit_price: Rate
    tax_code: str | None
    tax_basis: Money
    tax: Money
    amount: Money
    retainage_percent: Rate
    retainage: Money
    retainage_tax: Money
    finance_charge: Money
    discount: Money
    tax_discount: Money
    work_order_number: str | None = None

    @property
    def amounts(self) -> Amounts:
        units = self.contract_units if self.line_type == CONTRACT_LINE else self.units
        return Amounts(self.amount, self.tax, self.retainage, self.retainage_tax, self.finance_charge, units)


@light
@dataclass(frozen=True, slots=True)
class BatchLine(TypedLine):
    """A line as it is saved. If it was brought back, `invoice_line` is its own number on the invoice."""

    invoice_line: int | None = None
    work_order_id: int | None = None
    work_order_version: int | None = None
    work_order_attempt: int | None = None
