"""The gateway's settings, read from the environment."""

from ipaddress import ip_network
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr, model_validator
from pydantic_settings import NoDecode, SettingsConfigDict

from gateway.check import Manner
from gateway.rules.addresses import Network
from shared.process.settings import ProcessSettings, Seed

_MIB = 1024 * 1024


def _origin(url: str) -> str:
    """Checks that the URL has only a scheme, host and port, because paths come from the route table."""
    parts = urlsplit(url)
    plain = f"{parts.scheme}://{parts.netloc}"
    if parts.scheme not in {"http", "https"} or not parts.hostname or "@" in url or url.rstrip("/") != plain:
        raise ValueError("must be http://host:port or https://host:port, without a path")
    return plain


def _networks(given: object) -> object:
    """The networks in a text such as `10.0.0.0/8, 192.0.2.7`; raises ValueError."""
    if not isinstance(given, str):
        return given
    try:
        return tuple(ip_network(one.strip()) for one in given.split(","))
    except ValueError:
        raise ValueError("must be addresses or networks separated by commas, such as 10.0.0.0/8, 192.0.2.7") from None


Networks = Annotated[tuple[Network, ...], NoDecode, BeforeValidator(_networks)]
Origin = Annotated[str, AfterValidator(_origin)]


class Settings(ProcessSettings):
    """The settings of the gateway."""

    model_config = SettingsConfigDict(env_prefix="GATEWAY_")

    signing_key: Seed
    """Signs identities: an Ed25519 seed, 32 bytes in hexadecimal; `ratebook new-key` prints one and its public half, which
    the services need."""
    rating_url: Origin
    """Where rating is: `http://host:port`."""
    receivables_url: Origin
    """Where receivables is."""
    security_url: Origin
    """Where security is."""
    connect_timeout_seconds: float = Field(default=2.0, gt=0)
    """How long connecting to a service may take."""
    inactivity_timeout_seconds: float = Field(default=60.0, gt=0)
    """Applies both to a service that sends nothing and to a caller that reads or sends nothing. Event streams send a
    heartbeat every 15 s."""
    slowest_bytes_per_second: int = Field(default=1_024, gt=0)
    """How fast a caller must send a body and read an answer, on average. Event streams are exempt."""
    slow_seconds: float = Field(default=30.0, gt=0)
    """The time after which that average counts; only waiting for the caller does."""
    max_body_bytes: int = Field(default=25 * _MIB, gt=0)
    """The largest request body."""
    max_upstream_requests: int = Field(default=1_000, gt=0)
    """For each service, including open event streams."""
    max_abandoned_requests: int = Field(default=32, gt=0)
    """For each caller: requests that the caller abandoned before the answer, and that a service still works on."""
    max_requests_at_once: int = Field(default=256, gt=0)
    """For each caller, including open event streams."""
    requests_per_second: float = Field(default=300.0, gt=0)
    """For each caller, in the long run."""
    burst: int = Field(default=1_000, gt=0)
    """For each caller: requests in one burst after a pause."""
    failures: int = Field(default=5, gt=0)
    """After this many failures in a row, a service gets only one trial request per pause until it is back."""
    pause_seconds: float = Field(default=1.0, gt=0)
    """That pause."""
    permission_poll_seconds: float = Field(default=5.0, gt=0, le=30)
    """How often the permissions are fetched, besides immediately after security announces a change."""
    denials_seconds: float = Field(default=60.0, gt=0, le=60)
    """How often denials are reported to the audit."""
    check_manner: Manner | None = None
    """The data plane that carries the requests and asks about each at `/auth/check`. Without it there is no `/auth/check`."""
    check_key: SecretStr | None = Field(default=None, min_length=32)
    """The key that authenticates that data plane."""
    metrics_key: SecretStr | None = Field(default=None, min_length=32)
    """The key that Prometheus sends as `Authorization: Bearer` to read `/metrics`. Without it there is no `/metrics`,
    because the gateway's port is public."""
    trusted_proxies: Networks = ()
    """The proxies in front of the gateway, as addresses or networks separated by commas: `10.0.0.0/8, 192.0.2.7`. What
    they add to `X-Forwarded-For` is the caller's address in limits, logs and audit. From others the header is ignored."""
    token_cache_size: int = Field(default=10_000, gt=0)
    """How many access tokens are remembered as checked."""

    @model_validator(mode="after")
    def _check_is_whole(self) -> "Settings":
        if (self.check_manner is None) != (self.check_key is None):
            raise ValueError("GATEWAY_CHECK_MANNER and GATEWAY_CHECK_KEY belong together: set both, or neither")
        return self

    @property
    def origins(self) -> dict[str, str]:
        """The origin of each service."""
        return {"rating": self.rating_url, "receivables": self.receivables_url, "security": self.security_url}
