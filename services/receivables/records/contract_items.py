"""The items of contracts."""

from decimal import Decimal

from shared.values.columns import (
    Account,
    Code,
    CodeOrNone,
    FilledWords,
    Money,
    PercentOrNone,
    Quantity,
    Record,
    Sum,
    SumOfUnits,
)
from shared.values.numbers import CompanyNumber

LUMP_SUM = "LS"


class ContractItem(Record):
    """A part of a contract. UM `LS` is a lump sum without units. The default retainage percentage is the contract's.

    Only postings change the billed figures of an existing item.
    """

    ar_company: CompanyNumber
    contract: Code
    item: Code
    description: FilledWords
    revenue_account: Account
    tax_code: CodeOrNone = None
    um: Code
    retainage_percent: PercentOrNone = None
    original_units: Quantity = Decimal(0)
    original_amount: Money = Decimal(0)
    current_units: Quantity = Decimal(0)
    current_amount: Money = Decimal(0)
    billed_units: SumOfUnits = Decimal(0)
    billed_amount: Sum = Decimal(0)

    @property
    def lump_sum(self) -> bool:
        return self.um == LUMP_SUM
