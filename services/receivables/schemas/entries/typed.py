"""Entries as they are typed, on the wire."""

from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from services.receivables.actions.entries.desk import Typed
from services.receivables.records.receivable_types import TypeNumber
from services.receivables.rules.entries.facts import LineType, TransactionType
from shared.contracts.invoice_credited import Disposition
from shared.http.bodies import ChangeBody
from shared.values.money import Money, Quantity, Rate
from shared.values.numbers import Id
from shared.values.text import AccountText, CodeText, Line, NumberText

LineNumber = Annotated[int, Field(ge=1, le=99_999)]
Percent = Annotated[Rate, Field(ge=0, le=100)]


class HeaderFields(BaseModel):
    """What the header of an entry holds, typed or in a table."""

    model_config = ConfigDict(extra="forbid")

    type: TransactionType | None = Field(default=None, description="An invoice, if left out.")
    customer: NumberText | None = Field(default=None, description="The customer's number.")
    contract: CodeText | None = None
    invoice_number: NumberText | None = Field(default=None, description="Numbered when posted, if left out.")
    receivable_type: TypeNumber | None = None
    description: Line | None = None
    purchase_order: Line | None = None
    invoice_date: date | None = None
    pay_terms: CodeText | None = None
    due_on: date | None = None
    discount_on: date | None = None
    disposition: Disposition | None = None
    reason: Line | None = None


class HeaderTyped(HeaderFields, ChangeBody):
    """The header of an entry. What is open, and what stands there by default, `POST /v1/entry-forms` tells."""

    apply_to: Id | None = Field(default=None, description="The id of the posted invoice that an amendment applies to.")


class LineFields(BaseModel):
    """What a line of an entry holds, typed or in a table."""

    model_config = ConfigDict(extra="forbid")

    apply_line: LineNumber | None = Field(
        default=None, description="The line of the invoice that an amendment is about."
    )
    line_type: LineType | None = None
    contract_item: CodeText | None = None
    material: CodeText | None = None
    gl_account: AccountText | None = None
    um: CodeText | None = None
    contract_units: Quantity | None = None
    units: Quantity | None = None
    unit_price: Rate | None = None
    net: Money | None = None
    retainage_percent: Percent | None = None
    retainage: Money | None = None
    tax_code: CodeText | None = None
    tax_basis: Money | None = None
    amount: Money | None = None
    finance_charge: Money | None = None
    discount: Money | None = None


class LineTyped(LineFields, ChangeBody):
    """A line. New lines take `net`, their amount before tax; lines that exist `amount`, which holds the tax.

    Amounts, units and retainage of credit memos and write-offs are typed positive.
    """

    description: Line | None = None
    tax: Money | None = None
    tax_discount: Money | None = None


class MiscTyped(ChangeBody):
    """A misc. distribution; without an amount it takes what the others have left of the amount without tax."""

    code: CodeText | None = None
    description: Line | None = None
    distributed_on: date | None = None
    amount: Money | None = None


class EntryTyped(HeaderTyped):
    """An entry with the lines and misc. distributions that it begins with."""

    lines: list[LineTyped] = Field(default=[], max_length=10_000)
    misc_distributions: list[MiscTyped] = Field(default=[], max_length=1_000)

    def to_entry(self) -> Typed:
        header = {name: value for name, value in self.to_changes().items() if name in HeaderTyped.model_fields}
        return Typed(
            header, [one.to_changes() for one in self.lines], [one.to_changes() for one in self.misc_distributions]
        )


class TransactionToBringBack(BaseModel):
    """A posted transaction of the batch's month, by its id, and what is to become of it."""

    model_config = ConfigDict(extra="forbid")

    transaction_id: Id
    action: Literal["change", "delete"]
