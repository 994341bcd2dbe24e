"""What the receivables service is told by its environment."""

from pydantic_settings import SettingsConfigDict

from shared.settings import ServiceSettings


class Settings(ServiceSettings):
    """`time_zone` is the company's: it says which date today is."""

    model_config = SettingsConfigDict(env_prefix="RECEIVABLES_", env_ignore_empty=True, frozen=True)

    time_zone: str = "America/Chicago"
