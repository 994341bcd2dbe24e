"""E-mail addresses, checked without asking the network."""

from typing import Annotated

from email_validator import EmailNotValidError, validate_email
from pydantic import AfterValidator, StringConstraints

_LONGEST = 254


def mail_address(text: str) -> str:
    """The address in its normal form, or an empty text; raises ValueError if no message can be sent to it.

    Example: `ap@Alamo.Example` is `ap@alamo.example`. The part before the `@` stays as it was typed.
    """
    if not text:
        return text
    try:
        return validate_email(text, check_deliverability=False).normalized
    except EmailNotValidError as error:
        words = str(error).rstrip(".")
        raise ValueError(f"must be one e-mail address, like ap@example.com: {words[:1].lower()}{words[1:]}") from error


MailAddress = Annotated[
    str, StringConstraints(strip_whitespace=True, max_length=_LONGEST), AfterValidator(mail_address)
]
"""One e-mail address, which may be empty."""
