"""Owns what a form shows beside an entry: the invoice that it applies to, and the contract items that it bills."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from services.receivables.records.contract_items import ContractItem
from services.receivables.rules.entries.entries import Entry
from services.receivables.rules.entries.facts import DELETE, WRITE_OFF
from shared.values.money import ZERO, Money, Quantity


@dataclass(frozen=True)
class LineInfo:
    """A line of the invoice applied to: what it was at first, and what it is with everything applied and paid."""

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
    """A contract item: what was agreed, what is agreed now, what is billed, and what this entry adds; amounts without tax."""

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
    """The items of the entry's contract that its lines name (receivables, section 2.17)."""
    adds = entry.header.type != WRITE_OFF and entry.header.action != DELETE
    found = []
    for item in items:
        lines = [one for one in entry.lines if one.contract_item == item.item]
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
                entry_units=sum((one.contract_units for one in lines), Decimal("0.000")) if adds else Decimal("0.000"),
                entry_amount=sum((one.amount - one.tax for one in lines), ZERO) if adds else ZERO,
            )
        )
    return found
