"""Zero-billing and reopening in bodies."""

from pydantic import BaseModel, ConfigDict

from shared.values.text import FilledLine


class Reason(BaseModel):
    """The reason for the change."""

    model_config = ConfigDict(extra="forbid")

    reason: FilledLine
