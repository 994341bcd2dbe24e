"""The gateway's settings, read from the environment."""

from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, SecretStr, model_validator
from pydantic_settings import SettingsConfigDict

from gateway.check import Manner
from shared.process.settings import ProcessSettings, Seed

_MIB = 1024 * 1024


def _origin(url: str) -> str:
    """Checks that the URL has only a scheme, host and port, because paths come from the route table."""
    parts = urlsplit(url)
    plain = f"{parts.scheme}://{parts.netloc}"
    if parts.scheme not in {"http", "https"} or not parts.hostname or "@" in url or url.rstrip("/") != plain:
        raise ValueError("must be http://host:port or https://host:port, without a path")
    return plain


Origin = Annotated[str, AfterValidator(_origin)]


class Settings(ProcessSettings):
    """The settings of the gateway.

    `signing_key` (`GATEWAY_SIGNING_KEY`) signs identities: an Ed25519 seed, 32 bytes in hexadecimal. Services get its
    public half in `<SERVICE>_GATEWAY_KEYS`.
    """

    model_config = SettingsConfigDict(env_prefix="GATEWAY_", hide_input_in_errors=True)

    signing_key: Seed
    rating_url: Origin
    receivables_url: Origin
    security_url: Origin
    connect_timeout_seconds: float = Field(default=2.0, gt=0)
    # Applies both to a service that sends nothing and to a caller that reads or sends nothing. Event streams send a
    # heartbeat every 15 s.
    inactivity_timeout_seconds: float = Field(default=60.0, gt=0)
    max_body_bytes: int = Field(default=25 * _MIB, gt=0)
    # For each service, including open event streams.
    max_upstream_requests: int = Field(default=1_000, gt=0)
    # For each caller: requests that the caller abandoned before the answer, and that a service still works on.
    max_abandoned_requests: int = Field(default=32, gt=0)
    # For each caller: requests at once, including open event streams; requests per second in the long run; and requests
    # in one burst after a pause.
    max_requests_at_once: int = Field(default=256, gt=0)
    requests_per_second: float = Field(default=300.0, gt=0)
    burst: int = Field(default=1_000, gt=0)
    # After this many failures in a row, a service gets only one trial request per pause until it is back.
    failures: int = Field(default=5, gt=0)
    pause_seconds: float = Field(default=1.0, gt=0)
    # How often the permissions are fetched, besides immediately after security announces a change.
    permission_poll_seconds: float = Field(default=5.0, gt=0, le=30)
    # How often denials are reported to the audit.
    denials_seconds: float = Field(default=60.0, gt=0, le=60)
    # The data plane that carries the requests and asks about each at /auth/check, and the key that authenticates it.
    # Without these there is no /auth/check.
    check_manner: Manner | None = None
    check_key: SecretStr | None = Field(default=None, min_length=32)
    token_cache_size: int = Field(default=10_000, gt=0)

    @model_validator(mode="after")
    def _check_is_whole(self) -> "Settings":
        if (self.check_manner is None) != (self.check_key is None):
            raise ValueError("GATEWAY_CHECK_MANNER and GATEWAY_CHECK_KEY belong together: set both, or neither")
        return self

    @property
    def origins(self) -> dict[str, str]:
        """The origin of each service."""
        return {"rating": self.rating_url, "receivables": self.receivables_url, "security": self.security_url}
