"""The forms of entries on the wire: what each field holds, and whether it is open."""

from collections.abc import Mapping

from pydantic import BaseModel, ConfigDict

from services.receivables.actions.entries.desk import FormsRead
from services.receivables.rules.entries.fields import Field as FormField
from services.receivables.schemas.entries.typed import HeaderTyped, LineTyped
from shared.values.numbers import CompanyNumber


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
