"""The settings that every process reads from its environment; secrets are SecretStr and never shown."""

from typing import Annotated

from pydantic import AfterValidator, Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

_SEED_BYTES = 32


def _is_seed(text: str) -> bool:
    try:
        return len(bytes.fromhex(text)) == _SEED_BYTES
    except ValueError:
        return False


def _one_seed(value: SecretStr) -> SecretStr:
    if not _is_seed(value.get_secret_value()):
        raise ValueError(f"must be {_SEED_BYTES} bytes in hexadecimal, {2 * _SEED_BYTES} digits")
    return value


def _several_seeds(value: SecretStr) -> SecretStr:
    seeds = value.get_secret_value().split(",")
    if not all(map(_is_seed, seeds)) or len({seed.lower() for seed in seeds}) < len(seeds):
        raise ValueError(
            f"must be {_SEED_BYTES} bytes in hexadecimal, {2 * _SEED_BYTES} digits; "
            "if there are several, they must differ and be separated by commas"
        )
    return value


Seed = Annotated[SecretStr, AfterValidator(_one_seed)]
"""The seed of an Ed25519 key in hexadecimal."""


Seeds = Annotated[SecretStr, AfterValidator(_several_seeds)]
"""One or more seeds, separated by commas."""


class ProcessSettings(BaseSettings):
    """The settings of both the gateway and the services."""

    # Otherwise a message about one missing variable would show the values of the others, including passwords.
    model_config = SettingsConfigDict(
        env_ignore_empty=True, frozen=True, hide_input_in_errors=True, use_attribute_docstrings=True
    )

    nats_url: SecretStr = Field(validation_alias="NATS_URL")
    """`nats://user:password@host:port`, with commas between several `host:port`; each process has its own user."""
    drain_seconds: float = Field(default=5.0, ge=0, le=60, validation_alias="DRAIN_SECONDS")
    """How long a process continues to serve after SIGTERM. It must be longer than the gateway keeps an idle connection to
    a service (4 s), and longer than load balancers take to notice."""
    log_level: str = Field(default="INFO", validation_alias="LOG_LEVEL")
    """`DEBUG` also logs every request that the gateway lets through."""


class ServiceSettings(ProcessSettings):
    """The settings of a service. Subclasses set `env_prefix`, such as `RATING_`."""

    database_url: SecretStr
    """`postgresql://…` as the runtime role, in any form that libpq reads."""
    gateway_keys: str
    """The public keys of the trusted gateways, as JWKS (RFC 7517); `ratebook new-key` prints it."""
    pool_size: int = Field(default=10, ge=2, le=100)
    """The most database connections that the process opens."""
