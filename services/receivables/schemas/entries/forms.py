"""The bodies of entry forms: the default of each field, and whether it is open."""

from collections.abc import Mapping

from pydantic import BaseModel, ConfigDict

from services.receivables.actions.entries.desk import FormsRead
from services.receivables.rules.entries.fields import Field as FormField
from services.receivables.schemas.entries.typed import HeaderInput, LineInput
from shared.values.numbers import CompanyNumber


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
