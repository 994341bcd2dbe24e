"""Owns the wire types of service accounts and their credentials."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from services.security.rules.service_accounts import NewCredential
from services.security.rules.users import User, UserDraft
from services.security.schemas.users import UserAnswer
from services.security.schemas.words import Line, Secret, Sent, Short, UserName


class NewServiceAccount(Sent):
    """Another system, named like a user; what it may do is granted to its groups."""

    name: UserName
    display_name: Line

    def to_draft(self) -> UserDraft:
        return UserDraft(self.name, self.display_name, active=True)


class CredentialAnswer(BaseModel):
    """A credential without its secret; valid until `revoked_at`."""

    model_config = ConfigDict(from_attributes=True)

    id: int
    created_at: datetime
    last_used_at: datetime | None
    revoked_at: datetime | None


class NewCredentialAnswer(BaseModel):
    """A credential with its secret, which is shown this once."""

    credential: CredentialAnswer
    secret: str = Field(repr=False, description="Keep it: it is not shown again.")

    @classmethod
    def of(cls, made: NewCredential) -> "NewCredentialAnswer":
        return cls(credential=CredentialAnswer.model_validate(made.credential), secret=made.secret)


class ServiceAccountAnswer(NewCredentialAnswer):
    """The account that was made, and its first credential."""

    account: UserAnswer

    @classmethod
    def made(cls, user: User, made: NewCredential) -> "ServiceAccountAnswer":
        return cls(**NewCredentialAnswer.of(made).model_dump(), account=UserAnswer.of(user))


class ServiceLogIn(Sent):
    """A service account's name and the secret of one of its credentials."""

    account: Annotated[str, Short]
    secret: Secret


class AccessTokenAnswer(BaseModel):
    """Send it as `Authorization: Bearer …`; ask for the next one with the secret before it expires."""

    access_token: str = Field(repr=False)
    token_type: Literal["Bearer"] = "Bearer"  # noqa: S105 - the name of a scheme, not a secret
    expires_in: int = Field(description="Seconds that the access token is valid.")
