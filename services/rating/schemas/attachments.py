"""The bodies of attachments."""

from pydantic import BaseModel, ConfigDict, Field


class AttachmentChange(BaseModel):
    """What can be changed of a file."""

    model_config = ConfigDict(extra="forbid")

    travels: bool = Field(description="Whether a link to the file goes with the invoice.")
