"""Owns the wire types of what names are bound to."""

from datetime import datetime

from pydantic import BaseModel, ConfigDict


class BindingAnswer(BaseModel):
    """The account of an identity provider or the directory that a name belongs to."""

    model_config = ConfigDict(from_attributes=True)

    source: str
    subject: str
    bound_at: datetime
