"""Owns the wire types of sessions."""

from datetime import datetime

from pydantic import BaseModel, ConfigDict


class SessionAnswer(BaseModel):
    """A log-in that has not ended; `last_used_at` is when its tokens were last exchanged."""

    model_config = ConfigDict(from_attributes=True)

    id: int
    created_at: datetime
    last_used_at: datetime
    expires_at: datetime
