"""The ends of an order on the wire."""

from pydantic import BaseModel, ConfigDict

from shared.values.text import FilledLine


class Reason(BaseModel):
    """Why."""

    model_config = ConfigDict(extra="forbid")

    reason: FilledLine
