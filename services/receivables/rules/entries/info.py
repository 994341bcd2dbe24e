"""What a form shows beside an entry: the invoice that it applies to, and the contract items that it bills."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from services.receivables.records.contract_items import ContractItem
from services.receivables.rules.entries.entries import Entry
from services.receivables.rules.entries.facts import DELETE, WRITE_OFF
from shared.values.money import ZERO, Money, Quantity

_NO_UNITS = Decimal("0.000")


@dataclass(frozen=True)
class LineInfo:
    """A line of the invoice that an entry applies to: as originally posted, and with everything applied to it."""

    invoice_number: str
    month: str
    transaction: int
    line: int
    description: str
    original_amount: Money
    original_tax: Money
    original_retainage: Money
    original_finance_charge: Money
    total_amount: Money
    total_tax: Money
    total_retainage: Money
    total_finance_charge: Money


@dataclass(frozen=True)
class ItemInfo:
    """A contract item: what was and is agreed, what is billed, and what this entry adds. Amounts are net."""

    contract: str
    item: str
    description: str
    um: str
    original_units: Quantity
    original_amount: Money
    current_units: Quantity
    current_amount: Money
    billed_units: Quantity
    billed_amount: Money
    entry_units: Quantity
    entry_amount: Money


def item_infos(entry: Entry, items: Sequence[ContractItem]) -> list[ItemInfo]:
    """The contract items that the lines of the entry name (receivables, section 2.17)."""
    adds = entry.header.type != WRITE_OFF and entry.header.action != DELETE
    found = []
    for item in items:
        lines = [line for line in entry.lines if line.contract_item == item.item]
        if not lines:
            continue
        found.append(
            ItemInfo(
                contract=item.contract,
                item=item.item,
                description=item.description,
                um=item.um,
                original_units=item.original_units,
                original_amount=item.original_amount,
                current_units=item.current_units,
                current_amount=item.current_amount,
                billed_units=item.billed_units,
                billed_amount=item.billed_amount,
                entry_units=sum((line.contract_units for line in lines), _NO_UNITS) if adds else _NO_UNITS,
                entry_amount=sum((line.amount - line.tax for line in lines), ZERO) if adds else ZERO,
            )
        )
    return found
