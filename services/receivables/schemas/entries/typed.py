"""Entries as clerks enter them."""

from collections.abc import Sequence
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from services.receivables.actions.entries.desk import EntryDraft
from services.receivables.records.receivable_types import TypeNumber
from services.receivables.rules.entries.facts import LineType, TransactionType
from shared.contracts.invoice_credited import Disposition
from shared.http.bodies import ChangeBody
from shared.values.dates import CalendarDate
from shared.values.money import EnteredMoney, EnteredQuantity, EnteredRate
from shared.values.numbers import Id
from shared.values.text import AccountText, CodeText, Line, NumberText

LineNumber = Annotated[int, Field(ge=1, le=99_999)]
MOST_LINES, MOST_DISTRIBUTIONS = 10_000, 1_000
Percent = Annotated[EnteredRate, Field(ge=0, le=100)]


class HeaderFields(BaseModel):
    """The header of an entry, in a form or in a file."""

    model_config = ConfigDict(extra="forbid")

    type: TransactionType | None = Field(default=None, description="Defaults to an invoice.")
    customer: NumberText | None = Field(default=None, description="The customer's number.")
    contract: CodeText | None = None
    invoice_number: NumberText | None = Field(default=None, description="Defaults to the next number on posting.")
    receivable_type: TypeNumber | None = None
    description: Line | None = None
    purchase_order: Line | None = None
    invoice_date: CalendarDate | None = None
    pay_terms: CodeText | None = None
    due_on: CalendarDate | None = None
    discount_on: CalendarDate | None = None
    disposition: Disposition | None = None
    reason: Line | None = None


class HeaderInput(HeaderFields, ChangeBody):
    """The header of an entry. `POST /v1/entry-forms` shows which fields are open, and their defaults."""

    apply_to: Id | None = Field(default=None, description="The id of the posted invoice that an amendment applies to.")


class LineFields(BaseModel):
    """A line of an entry, in a form or in a file."""

    model_config = ConfigDict(extra="forbid")

    apply_line: LineNumber | None = Field(
        default=None, description="The line of the invoice that an amendment applies to."
    )
    line_type: LineType | None = None
    contract_item: CodeText | None = None
    material: CodeText | None = None
    gl_account: AccountText | None = None
    um: CodeText | None = None
    contract_units: EnteredQuantity | None = None
    units: EnteredQuantity | None = None
    unit_price: EnteredRate | None = None
    net: EnteredMoney | None = None
    retainage_percent: Percent | None = None
    retainage: EnteredMoney | None = None
    tax_code: CodeText | None = None
    tax_basis: EnteredMoney | None = None
    amount: EnteredMoney | None = None
    finance_charge: EnteredMoney | None = None
    discount: EnteredMoney | None = None


class LineInput(LineFields, ChangeBody):
    """A line. New lines have `net`, the amount before tax. Lines that apply to an existing one have `amount`, with tax.

    Enter amounts, units and retainage of credit memos and write-offs as positive numbers.
    """

    description: Line | None = None
    tax: EnteredMoney | None = None
    tax_discount: EnteredMoney | None = None


class MiscInput(ChangeBody):
    """A miscellaneous distribution. Its default amount is the net amount less what the others have."""

    code: CodeText | None = None
    description: Line | None = None
    distributed_on: CalendarDate | None = None
    amount: EnteredMoney | None = None


class EntryInput(HeaderInput):
    """A new entry with its first lines and miscellaneous distributions."""

    lines: list[LineInput] = Field(default=[], max_length=MOST_LINES)
    misc_distributions: list[MiscInput] = Field(default=[], max_length=MOST_DISTRIBUTIONS)

    def to_entry(self) -> EntryDraft:
        return _draft(self, self.lines, self.misc_distributions)


class LineToSave(LineInput):
    """A line of an entry that is replaced. Fields that you leave out get their defaults."""

    line: LineNumber | None = Field(
        default=None,
        description="The number of a line that the entry has, and which stays. Leave it out for a new line.",
    )


class EntryToSave(HeaderInput):
    """An entry as a whole, to replace the one that is in the batch. Fields that you leave out get their defaults.

    Lines and miscellaneous distributions that are not in the body are removed. As long as a line of the entry stays, what
    an entry with lines does not let you change in its header stays as well.
    """

    lines: list[LineToSave] = Field(default=[], max_length=MOST_LINES)
    misc_distributions: list[MiscInput] = Field(default=[], max_length=MOST_DISTRIBUTIONS)

    def to_entry(self) -> EntryDraft:
        return _draft(self, self.lines, self.misc_distributions)


def _draft(header: HeaderInput, lines: Sequence[LineInput], misc: Sequence[MiscInput]) -> EntryDraft:
    """The fields that were sent of the header, of each line and of each miscellaneous distribution.

    If the body is read partly, these are the ones that are valid.
    """
    typed = {name: value for name, value in header.to_changes().items() if name in HeaderInput.model_fields}
    return EntryDraft(typed, [line.to_changes() for line in lines], [row.to_changes() for row in misc])


class TransactionToBringBack(BaseModel):
    """A posted transaction of the batch's month, and whether to change or delete it."""

    model_config = ConfigDict(extra="forbid")

    transaction_id: Id
    action: Literal["change", "delete"]
