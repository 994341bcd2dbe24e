"""The wire types of users that are not records."""

from services.security.schemas.words import Secret, SecretBody


class PasswordBody(SecretBody):
    """A new password of 12 to 256 printable characters."""

    password: Secret
