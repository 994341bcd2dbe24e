"""The settings of the receivables service, from environment variables."""

from typing import Annotated, Literal, Self

from pydantic import Field, SecretStr, model_validator
from pydantic_settings import SettingsConfigDict

from shared.files.mail import MailServer
from shared.process.settings import ServiceSettings
from shared.values.mail_addresses import MailAddress


class Settings(ServiceSettings):
    """The settings of the receivables service."""

    model_config = SettingsConfigDict(env_prefix="RECEIVABLES_")

    time_zone: str = "America/Chicago"
    """The company's time zone, which decides what today's date is."""
    smtp_host: str | None = None
    """The mail server that sends invoices. Without it, no invoice is sent by e-mail."""
    smtp_port: int = 587
    """The port of the mail server."""
    smtp_security: Literal["starttls", "tls", "none"] = "starttls"
    """How the connection to the mail server is protected."""
    smtp_user: str | None = None
    """The user name at the mail server, if it needs one."""
    smtp_password: SecretStr | None = None
    """The password for that user name."""
    mail_from: MailAddress | None = None
    """The address that invoices are sent from; required with a mail server."""
    public_url: Annotated[str, Field(pattern=r"^https?://[^\s/?#]+$")] | None = None
    """The address of the gateway as customers reach it, such as https://ratebook.example.com, for links in e-mails."""

    @model_validator(mode="after")
    def _require_sender(self) -> Self:
        if self.smtp_host is not None and self.mail_from is None:
            raise ValueError(
                "RECEIVABLES_SMTP_HOST needs RECEIVABLES_MAIL_FROM, the address that invoices are sent from"
            )
        return self

    @property
    def mail_server(self) -> MailServer | None:
        """The mail server that sends invoices; None if none is set up."""
        if self.smtp_host is None or self.mail_from is None:
            return None
        password = self.smtp_password.get_secret_value() if self.smtp_password else None
        return MailServer(self.smtp_host, self.smtp_port, self.mail_from, self.smtp_security, self.smtp_user, password)
