"""Entries as a table: one row a line, with the header on the first row of each entry."""

from typing import Any

from pydantic import Field

from services.receivables.actions.entries.imports import ImportedRow
from services.receivables.rules.entries.facts import LineType
from services.receivables.schemas.entries.typed import HeaderFields, LineNumber, Percent
from shared.values.money import Money, Quantity, Rate
from shared.values.text import AccountText, CodeText, Line, NumberText

_LINE_FIELDS = (
    *("apply_line", "line_type", "contract_item", "material", "gl_account", "um", "contract_units", "units"),
    *("unit_price", "net", "retainage_percent", "retainage", "tax_code", "tax_basis", "amount", "finance_charge"),
    "discount",
)


class EntryRow(HeaderFields):
    """A line of an entry. Rows with the same `entry` belong together; the first of them says what the header holds.

    `apply_to` is the number of the posted invoice that an amendment applies to. Empty cells take their defaults.
    """

    entry: NumberText
    apply_to: NumberText | None = Field(default=None, description="An invoice number of this customer.")
    apply_line: LineNumber | None = None
    line_type: LineType | None = None
    contract_item: CodeText | None = None
    material: CodeText | None = None
    line_description: Line | None = None
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

    def to_row(self) -> ImportedRow:
        typed: dict[str, Any] = {name: getattr(self, name) for name in self.model_fields_set if name != "entry"}
        line = {name: typed.pop(name) for name in _LINE_FIELDS if name in typed}
        if "line_description" in typed:
            line["description"] = typed.pop("line_description")
        return ImportedRow(self.entry, typed, line)
