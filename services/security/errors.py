"""Owns what the security service refuses, and why."""

from shared.errors import DomainError


class LoginRefused(DomainError):
    """Name, password or refresh token is wrong, expired or used up, or the account is not active. Log in again.

    The answer is the same whatever the reason was, so that it tells nobody which accounts exist.
    """

    code = "LOGIN_REFUSED"
    status = 401

    def __init__(self) -> None:
        super().__init__("The log-in was refused.")


class LogInLimited(DomainError):
    """Too many log-ins failed, of this account or from this address: wait as long as `Retry-After` says.

    A new password, set by an administrator, lets the account try again at once.
    """

    code = "LOG_IN_LIMITED"
    status = 429

    def __init__(self, retry_after_seconds: int, *, of_account: bool) -> None:
        super().__init__(f"Too many log-ins failed: wait for {retry_after_seconds} s, or ask an administrator.")
        self.retry_after_seconds = retry_after_seconds
        self.of_account = of_account


class UserExists(DomainError):
    """There is a user of this name already; user names are compared without regard to case."""

    code = "USER_EXISTS"
    status = 409


class GroupExists(DomainError):
    """There is a group of this name already."""

    code = "GROUP_EXISTS"
    status = 409


class GrantRefused(DomainError):
    """A grant names a feature that no operation declares, stands twice, or limits what cannot be limited.

    `errors` names each such grant. GET /v1/features lists the features that there are.
    """

    code = "GRANT_REFUSED"
    status = 422


class OwnGroup(DomainError):
    """Nobody changes a group that he is in, nor puts himself into one: ask another administrator."""

    code = "OWN_GROUP"
    status = 403


class LastAdministrator(DomainError):
    """Afterwards no active user could administer groups any more: give `security.groups` at admin to another first."""

    code = "LAST_ADMINISTRATOR"
    status = 409


class AdministratorProtected(DomainError):
    """The password of an administrator is set only by those who have `security.groups` at admin themselves."""

    code = "ADMINISTRATOR_PROTECTED"
    status = 403


class PasswordUnfit(DomainError):
    """The new password is too short, too long, or is the user's own name; `detail` says which."""

    code = "PASSWORD_UNFIT"
    status = 422


class ServiceAccountOnly(DomainError):
    """Service accounts have credentials, people have passwords: neither is given what is the other's."""

    code = "SERVICE_ACCOUNT_ONLY"
    status = 409


class CredentialsEnough(DomainError):
    """A service account has two valid credentials at most, the old and the new one: revoke one first."""

    code = "CREDENTIALS_ENOUGH"
    status = 409


class IdentityProviderAway(DomainError):
    """The Windows domain or the identity provider does not answer, or answers nonsense; nobody can log in there now.

    Try again shortly. Local accounts log in as ever; operators find the reason in the log of security.
    """

    code = "IDENTITY_PROVIDER_AWAY"
    status = 503
    retry_after_seconds = 5
