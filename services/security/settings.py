"""The settings of the security service, read from the environment."""

import ssl
from pathlib import Path

from pydantic import Field, SecretStr, model_validator
from pydantic_settings import SettingsConfigDict

from services.security.rules.directory import OBJECT_SID, DirectorySettings
from services.security.rules.oidc import Registration, is_protected
from shared.process.settings import Seeds, ServiceSettings


class Settings(ServiceSettings):
    """The settings of the security service."""

    model_config = SettingsConfigDict(env_prefix="SECURITY_")

    signing_key: Seeds
    """Signs access tokens: an Ed25519 seed, 32 bytes in hexadecimal; `ratebook new-key` prints one. During a key rotation
    there are several, separated by commas: the first one signs, and all are published. The keys that derive refresh
    tokens come from them too, so all instances must have the same ones."""
    four_eyes: bool = True
    """Users cannot change their own groups, nor which groups they are in."""
    oidc_issuer: str | None = None
    """The identity provider, if people log in with OpenID Connect: an `https://` address."""
    oidc_client_id: str | None = None
    """The name under which Ratebook is registered there."""
    oidc_client_secret: SecretStr | None = None
    """The secret of that registration, if it has one."""
    oidc_redirect_uri: str | None = None
    """The public address of the gateway: `https://…/api/v1/security/oidc/callback`."""
    oidc_name_claim: str = "preferred_username"
    """The claim with the person's name at the provider, `bill@alamo.example`."""
    oidc_domains: dict[str, str] = Field(default_factory=dict)
    """Which Windows domain each suffix of that name means, as JSON: `{"alamo.example": "ALAMO"}`."""
    oidc_ca_file: Path | None = None
    """A file with certificates to trust in addition to those of the machine."""
    oidc_return_to: str = "/console/"
    """Where a browser goes after logging in; a path of this host, so that nobody is redirected elsewhere."""

    ldap_url: str | None = Field(default=None, pattern=r"^ldaps://")
    """The directory of the Windows domain, if passwords are checked there: `ldaps://host:port`."""
    ldap_ca_file: Path | None = None
    """A file with the certificates that the directory's own must be signed by."""
    ldap_domain: str | None = None
    """The Windows domain, as in `ALAMO\\bill`."""
    ldap_base: str | None = None
    """Where in the directory its people are: `DC=alamo,DC=example`."""
    ldap_bind_name: str = r"{domain}\{name}"
    """The name that a person logs in with there; `{name}` and `{domain}` are filled in."""
    ldap_name_attribute: str = "sAMAccountName"
    """The attribute with the name."""
    ldap_id_attribute: str = OBJECT_SID
    """The attribute that never passes to another person."""
    ldap_timeout_seconds: float = Field(default=5.0, gt=0, le=30)
    """How long the directory may take to answer."""

    @model_validator(mode="after")
    def _ldap_is_whole(self) -> "Settings":
        given = (self.ldap_url, self.ldap_ca_file, self.ldap_domain, self.ldap_base)
        if any(given) and not all(given):
            raise ValueError("SECURITY_LDAP_URL, _CA_FILE, _DOMAIN and _BASE belong together: set all, or none")
        if "{name}" not in self.ldap_bind_name:
            raise ValueError("SECURITY_LDAP_BIND_NAME must contain {name}")
        return self

    @property
    def directory(self) -> DirectorySettings | None:
        """The directory that checks passwords, or None."""
        if self.ldap_url is None or self.ldap_ca_file is None or self.ldap_domain is None or self.ldap_base is None:
            return None
        return DirectorySettings(
            url=self.ldap_url,
            ca_file=self.ldap_ca_file,
            domain=self.ldap_domain,
            base=self.ldap_base,
            bind_name=self.ldap_bind_name,
            name_attribute=self.ldap_name_attribute,
            id_attribute=self.ldap_id_attribute,
            timeout_seconds=self.ldap_timeout_seconds,
        )

    @model_validator(mode="after")
    def _oidc_is_whole(self) -> "Settings":
        given = (self.oidc_issuer, self.oidc_client_id, self.oidc_redirect_uri, self.oidc_domains or None)
        if any(given) and not all(given):
            raise ValueError(
                "SECURITY_OIDC_ISSUER, _CLIENT_ID, _REDIRECT_URI and _DOMAINS belong together: set all, or none"
            )
        for url in (self.oidc_issuer, self.oidc_redirect_uri):
            if url is not None and not is_protected(url):
                raise ValueError("SECURITY_OIDC_ISSUER and SECURITY_OIDC_REDIRECT_URI must begin with https://")
        if not self.oidc_return_to.startswith("/") or self.oidc_return_to.startswith(("//", "/\\")):
            raise ValueError("SECURITY_OIDC_RETURN_TO must be a path of this host, like /console/")
        return self

    @property
    def oidc(self) -> Registration | None:
        """The registration at the identity provider, or None."""
        if self.oidc_issuer is None or self.oidc_client_id is None or self.oidc_redirect_uri is None:
            return None
        secret = None if self.oidc_client_secret is None else self.oidc_client_secret.get_secret_value()
        return Registration(
            issuer=self.oidc_issuer,
            client_id=self.oidc_client_id,
            redirect_uri=self.oidc_redirect_uri,
            name_claim=self.oidc_name_claim,
            domains=self.oidc_domains,
            client_secret=secret,
        )

    def oidc_trust(self) -> ssl.SSLContext:
        """The certificates to trust for the identity provider."""
        trust = ssl.create_default_context()
        if self.oidc_ca_file is not None:
            trust.load_verify_locations(self.oidc_ca_file)
        return trust
