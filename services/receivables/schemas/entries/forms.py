"""The bodies of entry forms: the default of each field, and whether it is open."""

from collections.abc import Mapping, Sequence
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from services.receivables.actions.entries.forms import EntryForms, FormsDraft, FormsRead
from services.receivables.rules.batches import Finding
from services.receivables.rules.entries.fields import Field as FormField
from services.receivables.rules.entries.header import FOLLOWING as FOLLOWING_IN_HEADER
from services.receivables.rules.entries.lines import FOLLOWING as FOLLOWING_IN_LINES
from services.receivables.schemas.entries.typed import HeaderInput, LineInput
from shared.values.numbers import CompanyNumber

MOST_FORMS = 200


class FieldRead(BaseModel):
    """A field of a form: its default, whether it is open, and the reason if it is not."""

    model_config = ConfigDict(from_attributes=True)

    default: str | int | None
    open: bool
    required: bool
    reason: str | None


class FaultRead(BaseModel):
    """A field whose value would be refused, and why."""

    model_config = ConfigDict(from_attributes=True)

    pointer: str
    detail: str


def read_fields(fields: Mapping[str, FormField]) -> dict[str, FieldRead]:
    """The fields of a form, with dates and amounts as text."""
    return {
        name: FieldRead(
            default=field.default if field.default is None or isinstance(field.default, int) else str(field.default),
            open=field.open,
            required=field.required,
            reason=field.reason,
        )
        for name, field in fields.items()
    }


class FormsInput(BaseModel):
    """The fields entered so far in a header and in one of its lines. Nothing is saved."""

    model_config = ConfigDict(extra="forbid")

    ar_company: CompanyNumber
    header: HeaderInput = HeaderInput()
    line: LineInput = LineInput()


class FormsAnswer(BaseModel):
    """The fields of the header and of the line, and the values that would be refused."""

    header: dict[str, FieldRead]
    line: dict[str, FieldRead]
    faults: list[FaultRead]

    @classmethod
    def of(cls, forms: FormsRead) -> "FormsAnswer":
        return cls(
            header=read_fields(forms.header),
            line=read_fields(forms.line),
            faults=[FaultRead.model_validate(fault) for fault in forms.faults],
        )


class DraftField(FieldRead):
    """A field of an entry that is being entered. When it is changed, the fields in `resets` get their defaults again."""

    clearable: bool = Field(description="Whether it can be emptied although it has a default.")
    resets: Sequence[str] = Field(description="The fields that get their default again when this one is changed.")


class DraftInput(BaseModel):
    """An entry as it is on the screen, with the lines whose forms are wanted. Nothing is saved."""

    model_config = ConfigDict(extra="forbid")

    seq: Annotated[int, Field(ge=1, le=2**31 - 1)] | None = Field(
        default=None, description="The saved entry that is being changed; a new one has none."
    )
    header: HeaderInput = HeaderInput()
    lines: list[LineInput] = Field(default=[], max_length=MOST_FORMS, description="The lines whose forms are wanted.")
    has_lines: bool = Field(default=False, description="Whether it has lines, which fix a part of the header.")
    keeps_lines: bool = Field(default=False, description="Whether it keeps lines that it was saved with.")

    def to_draft(self) -> FormsDraft:
        return FormsDraft(
            self.seq,
            self.header.to_changes(),
            [line.to_changes() for line in self.lines],
            has_lines=self.has_lines or self.keeps_lines,
            keeps_lines=self.keeps_lines,
        )


class DraftForms(BaseModel):
    """The forms of an entry that is being entered. `lines` are in the order of the request, and empty if the header has faults."""

    header: dict[str, DraftField]
    lines: list[dict[str, DraftField]] = Field(description="The fields of each line.")
    faults: list[FaultRead]
    warnings: Sequence[Finding]

    @classmethod
    def of(cls, forms: EntryForms) -> "DraftForms":
        return cls(
            header=_draft_fields(forms.header, FOLLOWING_IN_HEADER),
            lines=[_draft_fields(line, FOLLOWING_IN_LINES) for line in forms.lines],
            faults=[FaultRead.model_validate(fault) for fault in forms.faults],
            warnings=forms.warnings,
        )


def _draft_fields(fields: Mapping[str, FormField], following: Mapping[str, tuple[str, ...]]) -> dict[str, DraftField]:
    return {
        name: DraftField(**read.model_dump(), clearable=fields[name].clearable, resets=following.get(name, ()))
        for name, read in read_fields(fields).items()
    }
