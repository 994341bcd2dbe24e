"""Owns the forms of names, codes and secrets on the wire."""

from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, StringConstraints

from services.security.rules import names

_LONGEST_INPUT = 1_000
_LONGEST_DESCRIPTION = 500
_LARGEST_INT = 2**31 - 1


def _description(text: str) -> str:
    return names.one_line(text, _LONGEST_DESCRIPTION) if text.strip() else ""


Short = StringConstraints(max_length=_LONGEST_INPUT)
Words = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]*$")]
"""What a list is searched for."""
UserName = Annotated[
    str,
    Short,
    AfterValidator(names.user_name),
    Field(description="`DOMAIN\\name`; compared without regard to case.", examples=["ALAMO\\jsmith"]),
]
Line = Annotated[str, Short, AfterValidator(names.one_line)]
GroupName = Annotated[str, Short, AfterValidator(names.group_name)]
Description = Annotated[str, Short, AfterValidator(_description)]
Code = Annotated[str, Short, AfterValidator(names.limit_code)]
CompanyNumber = Annotated[int, Field(ge=1, le=_LARGEST_INT)]
FeatureName = Annotated[str, StringConstraints(max_length=100)]
LevelWord = Literal["view", "edit", "approve", "admin"]
KindWord = Literal["person", "service"]
Secret = Annotated[SecretStr, Field(max_length=_LONGEST_INPUT)]


class Sent(BaseModel):
    """What callers send: members that are not known are mistakes."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)
