"""Owns the wire types of logging in a browser."""

from pydantic import BaseModel


class CookieRead(BaseModel):
    """How many seconds the access cookie lasts, then refresh it; and the session, then log in again."""

    expires_in: int
    session_expires_in: int
