"""The bodies that all requests for approval have in common."""

from pydantic import BaseModel, ConfigDict

from shared.values.text import FilledLine


class RejectionEntry(BaseModel):
    """Why a request is rejected."""

    model_config = ConfigDict(extra="forbid")

    reason: FilledLine
