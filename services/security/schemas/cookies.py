"""The wire types of logging in from a browser."""

from pydantic import BaseModel


class CookieRead(BaseModel):
    """The seconds until the access cookie must be refreshed, and until the session ends and you must log in again."""

    expires_in: int
    session_expires_in: int
