"""Entries as they stand in a batch, on the wire."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Literal

from pydantic import BaseModel, ConfigDict

from services.receivables.rules.batches import Finding
from services.receivables.rules.entries.entries import Entry, next_misc_amount
from services.receivables.schemas.batches import FindingRead
from services.receivables.schemas.entries.typed import LineType, TransactionType
from shared.values.money import Money, Quantity, Rate


class BatchLineRead(BaseModel):
    """A line as it will be posted: what credits and write-offs take is negative."""

    model_config = ConfigDict(from_attributes=True)

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
    work_order_number: str | None


class MiscRead(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    row: int
    code: str
    description: str
    distributed_on: date
    amount: Money


class EntryItem(BaseModel):
    """The header of an entry. `changes_id` is the posted transaction that was brought back to be changed or deleted."""

    model_config = ConfigDict(from_attributes=True)

    seq: int
    revision: int
    action: Literal["add", "change", "delete", "undo"]
    type: TransactionType
    customer: str
    apply_to_id: int | None
    contract: str | None
    invoice_number: str | None
    receivable_type: int
    description: str
    purchase_order: str
    invoice_date: date
    pay_terms: str | None
    due_on: date
    discount_on: date | None
    disposition: str | None
    reason: str
    changes_id: int | None
    entered_by: str
    posted: bool


class EntryRead(EntryItem):
    """An entry whole. `warnings` are allowed and yet worth a look; `next_misc_amount` is the default of the next row."""

    lines: list[BatchLineRead] = []
    misc_distributions: list[MiscRead] = []
    total: Money = Decimal(0)
    tax: Money = Decimal(0)
    retainage: Money = Decimal(0)
    next_misc_amount: Money = Decimal(0)
    warnings: list[FindingRead] = []

    @classmethod
    def of(cls, entry: Entry, warnings: Sequence[Finding]) -> "EntryRead":
        whole = entry.total
        return cls.model_validate(entry.header).model_copy(
            update={
                "lines": [BatchLineRead.model_validate(one) for one in entry.lines],
                "misc_distributions": [MiscRead.model_validate(one) for one in entry.misc],
                "total": whole.amount,
                "tax": whole.tax,
                "retainage": whole.held_back,
                "next_misc_amount": next_misc_amount(entry),
                "warnings": [FindingRead.model_validate(one) for one in warnings],
            }
        )
