"""What a form shows beside an entry, on the wire."""

from pydantic import BaseModel, ConfigDict

from shared.values.money import Money, Quantity


class LineInfoRead(BaseModel):
    """A line of the invoice applied to: what it was at first, and what is left with everything applied and paid."""

    model_config = ConfigDict(from_attributes=True)

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


class ItemInfoRead(BaseModel):
    """A contract item: original, current and billed units and amounts, and what this entry adds; amounts without tax."""

    model_config = ConfigDict(from_attributes=True)

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
