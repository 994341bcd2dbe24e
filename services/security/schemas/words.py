"""Secrets in bodies."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, SecretStr

Secret = Annotated[SecretStr, Field(max_length=1_000)]


class SecretBody(BaseModel):
    """A body that contains a secret: unknown members are refused, and errors do not show its values."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)
