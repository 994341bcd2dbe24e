"""Owns what the environment tells the security service."""

from pydantic_settings import SettingsConfigDict

from shared.settings import Seeds, ServiceSettings


class Settings(ServiceSettings):
    """`signing_key` signs access tokens: an Ed25519 seed, 32 bytes in hexadecimal (`SECURITY_SIGNING_KEY`).

    While keys are rotated there are several, separated by commas: the first signs, all are published. The keys that
    derive refresh tokens come from them too, so all instances must have the same ones.
    """

    model_config = SettingsConfigDict(env_prefix="SECURITY_")

    signing_key: Seeds
