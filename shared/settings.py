"""Owns what every process is told by its environment; secrets are SecretStr and never shown."""

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class ProcessSettings(BaseSettings):
    """What the gateway and the services have in common."""

    # A message about one missing variable would otherwise show the others, passwords included.
    model_config = SettingsConfigDict(env_ignore_empty=True, frozen=True, hide_input_in_errors=True)

    nats_url: SecretStr = Field(validation_alias="NATS_URL")
    # Longer than the gateway keeps an idle connection to a service (4 s), and than load balancers take to look.
    drain_seconds: float = Field(default=5.0, ge=0, le=60, validation_alias="DRAIN_SECONDS")
    log_level: str = Field(default="INFO", validation_alias="LOG_LEVEL")


class ServiceSettings(ProcessSettings):
    """A service: its database as the runtime role, and the gateway keys whose identities it believes.

    Subclasses set `env_prefix`, for instance `RATING_`, so the variables are `RATING_DATABASE_URL` and so on.
    `gateway_keys` is a JWKS document (RFC 7517) with the gateway's public Ed25519 keys.
    """

    database_url: SecretStr
    gateway_keys: str
    pool_size: int = Field(default=10, ge=2, le=100)
