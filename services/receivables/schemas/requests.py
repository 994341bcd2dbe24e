"""What all requests that wait for somebody else have in common on the wire."""

from pydantic import BaseModel, ConfigDict

from shared.values.text import FilledLine


class RejectionEntry(BaseModel):
    """Why a request is refused."""

    model_config = ConfigDict(extra="forbid")

    reason: FilledLine
