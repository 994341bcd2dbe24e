"""What the receivables service is told by its environment."""

from typing import Literal, Self

from pydantic import SecretStr, model_validator
from pydantic_settings import SettingsConfigDict

from shared.files.mail import MailServer
from shared.process.settings import ServiceSettings


class Settings(ServiceSettings):
    """`time_zone` is the company's: it says which date today is. Without `smtp_host` nothing is sent by e-mail."""

    model_config = SettingsConfigDict(
        env_prefix="RECEIVABLES_", env_ignore_empty=True, frozen=True, hide_input_in_errors=True
    )

    time_zone: str = "America/Chicago"
    smtp_host: str | None = None
    smtp_port: int = 587
    smtp_security: Literal["starttls", "tls", "none"] = "starttls"
    smtp_user: str | None = None
    smtp_password: SecretStr | None = None
    mail_from: str | None = None

    @model_validator(mode="after")
    def _somebody_writes(self) -> Self:
        if self.smtp_host is not None and self.mail_from is None:
            raise ValueError("RECEIVABLES_SMTP_HOST needs RECEIVABLES_MAIL_FROM, the address that invoices come from")
        return self

    @property
    def mail_server(self) -> MailServer | None:
        """Where invoices are handed over to be sent; None when no server is set up."""
        if self.smtp_host is None or self.mail_from is None:
            return None
        password = self.smtp_password.get_secret_value() if self.smtp_password else None
        return MailServer(self.smtp_host, self.smtp_port, self.mail_from, self.smtp_security, self.smtp_user, password)
