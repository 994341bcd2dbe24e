"""Entries in a file: one row for each line, with the header on the first row of each entry."""

from typing import Any

from pydantic import Field

from services.receivables.actions.entries.imports import ImportedRow
from services.receivables.schemas.entries.typed import HeaderFields, LineFields
from shared.values.text import Line, NumberText


class EntryRow(HeaderFields, LineFields):
    """A line of an entry. Rows with the same `entry` belong together; the first one has the header.

    `apply_to` is the number of the posted invoice that an amendment applies to. Empty cells get their defaults.
    """

    entry: NumberText
    apply_to: NumberText | None = Field(default=None, description="An invoice number of this customer.")
    line_description: Line | None = None

    def to_row(self) -> ImportedRow:
        """The row as the fields of its header and the fields of its line."""
        typed: dict[str, Any] = {name: getattr(self, name) for name in self.model_fields_set if name != "entry"}
        line = {name: typed.pop(name) for name in LineFields.model_fields if name in typed}
        if "line_description" in typed:
            line["description"] = typed.pop("line_description")
        return ImportedRow(self.entry, typed, line)
