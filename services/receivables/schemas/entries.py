"""Entries of a batch on the wire: headers, lines, misc. distributions, and their forms."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from services.receivables.actions.entries import FormsRead, Typed
from services.receivables.rules.batches import Finding
from services.receivables.rules.entry.entries import Entry, next_misc_amount
from services.receivables.rules.entry.fields import Field as FormField
from services.receivables.schemas.batches import FindingRead
from services.receivables.schemas.setup import TypeNumber
from shared.bodies import ChangeBody
from shared.money import Money, Quantity, Rate
from shared.numbers import CompanyNumber, Id
from shared.text import AccountText, CodeText, Line, NumberText

TransactionType = Literal["invoice", "adjustment", "credit_memo", "write_off"]
LineType = Literal["contract", "material", "other"]
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
    disposition: Literal["rerate", "close"] | None = None
    reason: Line | None = None


class HeaderTyped(HeaderFields, ChangeBody):
    """The header of an entry. What is open, and what stands there by default, `POST /v1/entry-forms` tells."""

    apply_to: Id | None = Field(default=None, description="The id of the posted invoice that an amendment applies to.")


class LineTyped(ChangeBody):
    """A line. New lines take `net`, their amount before tax; lines that exist `amount`, which holds the tax.

    Amounts, units and retainage of credit memos and write-offs are typed positive.
    """

    apply_line: LineNumber | None = Field(
        default=None, description="The line of the invoice that an amendment is about."
    )
    line_type: LineType | None = None
    contract_item: CodeText | None = None
    material: CodeText | None = None
    description: Line | None = None
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
    tax: Money | None = None
    amount: Money | None = None
    finance_charge: Money | None = None
    discount: Money | None = None
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


class FieldRead(BaseModel):
    """A field of a form: its default, whether it is open, and the reason when it is not."""

    model_config = ConfigDict(from_attributes=True)

    default: str | int | None
    open: bool
    required: bool
    reason: str | None


class FaultRead(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    pointer: str
    detail: str


def read_fields(fields: Mapping[str, FormField]) -> dict[str, FieldRead]:
    """The fields with their defaults as they are typed: dates and amounts as text."""
    return {
        name: FieldRead(
            default=one.default if one.default is None or isinstance(one.default, int) else str(one.default),
            open=one.open,
            required=one.required,
            reason=one.reason,
        )
        for name, one in fields.items()
    }


class FormsToRead(BaseModel):
    """What is typed so far of a header, and of one line under it; nothing is saved."""

    model_config = ConfigDict(extra="forbid")

    ar_company: CompanyNumber
    header: HeaderTyped = HeaderTyped()
    line: LineTyped = LineTyped()


class FormsAnswer(BaseModel):
    """The fields of the header and of the line, and what of the typing would be refused."""

    header: dict[str, FieldRead]
    line: dict[str, FieldRead]
    faults: list[FaultRead]

    @classmethod
    def of(cls, forms: FormsRead) -> "FormsAnswer":
        return cls(
            header=read_fields(forms.header),
            line=read_fields(forms.line),
            faults=[FaultRead.model_validate(one) for one in forms.faults],
        )
