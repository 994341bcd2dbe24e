"""Owns what the environment tells the security service."""

from pydantic import SecretStr, field_validator
from pydantic_settings import SettingsConfigDict

from shared.settings import ServiceSettings

_SEED_BYTES = 32


class Settings(ServiceSettings):
    """`signing_key` signs access tokens: an Ed25519 seed, 32 bytes in hexadecimal (`SECURITY_SIGNING_KEY`).

    The key that derives refresh tokens comes from it too, so all instances must have the same one.
    """

    model_config = SettingsConfigDict(env_prefix="SECURITY_")

    signing_key: SecretStr

    @field_validator("signing_key")
    @classmethod
    def _is_a_seed(cls, value: SecretStr) -> SecretStr:
        try:
            seed = bytes.fromhex(value.get_secret_value())
        except ValueError:
            seed = b""
        if len(seed) != _SEED_BYTES:
            raise ValueError(f"must be {_SEED_BYTES} bytes in hexadecimal, {2 * _SEED_BYTES} digits")
        return value
