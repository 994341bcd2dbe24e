"""The refusals of the security service."""

from shared.errors import DomainError


class LoginRefused(DomainError):
    """The name, password or token is wrong, expired or already used, or the account is not active. Log in again.

    The answer is the same for every reason, so that it does not reveal which accounts exist.
    """

    code = "LOGIN_REFUSED"
    status = 401

    def __init__(self) -> None:
        super().__init__("The log-in was refused. Check your credentials and log in again.")


class PasswordToChange(DomainError):
    """An administrator has set this password, so it is only good for choosing your own: POST /v1/passwords."""

    code = "PASSWORD_TO_CHANGE"
    status = 403


class LogInLimited(DomainError):
    """Too many log-ins of this account failed, or it failed at an address with too many failures.

    Wait for the seconds in `Retry-After`. If an administrator sets a new password, the account can log in again
    immediately.
    """

    code = "LOG_IN_LIMITED"
    status = 429
    # At least; each refusal says how long.
    retry_after_seconds = 1

    def __init__(self, retry_after_seconds: int, *, of_account: bool) -> None:
        super().__init__(f"Too many log-ins failed. Wait {retry_after_seconds} s, or ask an administrator.")
        self.retry_after_seconds = retry_after_seconds
        self.of_account = of_account


class UserExists(DomainError):
    """A user with this name already exists; upper and lower case count as the same. Choose another name."""

    code = "USER_EXISTS"
    status = 409


class GroupExists(DomainError):
    """A group with this name already exists; upper and lower case count as the same. Choose another name."""

    code = "GROUP_EXISTS"
    status = 409


class GrantRefused(DomainError):
    """A grant has an unknown feature, is listed twice, or has limits where there can be none.

    `errors` lists each such grant. GET /v1/features lists the known features.
    """

    code = "GRANT_REFUSED"
    status = 422


class OwnGroup(DomainError):
    """You cannot change a group that you are in, or which groups you are in. Ask another administrator."""

    code = "OWN_GROUP"
    status = 403


class LastAdministrator(DomainError):
    """After this change no active user could administer groups.

    First grant `security.groups` at admin to another user.
    """

    code = "LAST_ADMINISTRATOR"
    status = 409


class AdministratorProtected(DomainError):
    """This changes how an administrator logs in, so you need `security.groups` at admin yourself.

    Ask an administrator.
    """

    code = "ADMINISTRATOR_PROTECTED"
    status = 403


class PasswordUnfit(DomainError):
    """The new password is too short, too long, not printable, or the user's own name; see `detail`. Choose another."""

    code = "PASSWORD_UNFIT"
    status = 422


class ServiceAccountOnly(DomainError):
    """Service accounts have credentials and people have passwords. This operation is not for this kind of account."""

    code = "SERVICE_ACCOUNT_ONLY"
    status = 409


class CredentialsEnough(DomainError):
    """The service account already has two valid credentials, the maximum. Revoke one first."""

    code = "CREDENTIALS_ENOUGH"
    status = 409


class IdentityProviderAway(DomainError):
    """The Windows domain or the identity provider is not answering correctly, so nobody can log in there now.

    Try again shortly. Local accounts can log in as usual. Operators find the reason in the log of the security service.
    """

    code = "IDENTITY_PROVIDER_AWAY"
    status = 503
    retry_after_seconds = 5


class LinkRefused(DomainError):
    """The link was used, has expired, or was replaced by another one. Ask an administrator for a new link."""

    code = "LINK_REFUSED"
    status = 403

    def __init__(self) -> None:
        super().__init__("This link cannot be used: it was used, has expired, or was replaced. Ask for a new one.")


class PreferencesEnough(DomainError):
    """You already have 200 preferences, the maximum. Delete one first."""

    code = "PREFERENCES_ENOUGH"
    status = 409
