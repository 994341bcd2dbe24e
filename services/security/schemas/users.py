"""Owns the wire types of users that are no records."""

from services.security.schemas.words import Secret, Sent


class NewPassword(Sent):
    """12 to 256 printable characters."""

    password: Secret
