"""Owns the forms of secrets on the wire."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, SecretStr

Secret = Annotated[SecretStr, Field(max_length=1_000)]


class Sent(BaseModel):
    """What callers send with a secret in it: members that are not known are mistakes, and errors show nothing of it."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)
