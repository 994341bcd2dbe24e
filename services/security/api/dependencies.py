"""Owns what every request may ask for: the keys, the features, the moment, and which user calls."""

from datetime import datetime
from typing import Annotated

from fastapi import Depends, Request

from services.security.actions.directory import Directory
from services.security.rules.features import Features
from services.security.rules.permissions import GROUPS
from services.security.rules.tokens import TokenKeys
from services.security.rules.users import user_id_of
from shared import clock
from shared.access.grants import Level, scope_for
from shared.database.pool import Database
from shared.http.operation import CallerOf


def _token_keys(request: Request) -> TokenKeys:
    keys: TokenKeys = request.app.state.token_keys
    return keys


def _directory(request: Request) -> Directory | None:
    directory: Directory | None = request.app.state.directory
    return directory


def _features(request: Request) -> Features:
    features: Features = request.app.state.features
    return features


def _database(request: Request) -> Database:
    database: Database = request.app.state.database
    return database


def _address(request: Request) -> str:
    """Where the caller is, as the gateway says; nobody else reaches a service."""
    said = request.headers.get("x-forwarded-for", "")
    return said or (request.client.host if request.client is not None else "unknown")


def _user_id(caller: CallerOf) -> int | None:
    return user_id_of(caller.principal.subject)


def _changer_id(request: Request, caller: CallerOf) -> int | None:
    return user_id_of(caller.principal.subject) if request.app.state.settings.four_eyes else None


def _administers_groups(caller: CallerOf) -> bool:
    return scope_for(caller.principal.grants, GROUPS, Level.ADMIN) is not None


TokenKeysOf = Annotated[TokenKeys, Depends(_token_keys)]
DirectoryOf = Annotated[Directory | None, Depends(_directory)]
"""Where passwords of the Windows domain are checked; None when no directory is set."""


FeaturesOf = Annotated[Features, Depends(_features)]
DatabaseOf = Annotated[Database, Depends(_database)]
Address = Annotated[str, Depends(_address)]
Now = Annotated[datetime, Depends(clock.now)]
CallerId = Annotated[int | None, Depends(_user_id)]
"""The calling user's id, None for a caller that is no user, such as the gateway."""


ChangerId = Annotated[int | None, Depends(_changer_id)]
"""Whose own groups are not his to change: the calling user, None where the company does without four eyes."""


AdministersGroups = Annotated[bool, Depends(_administers_groups)]
"""Whether the caller has `security.groups` at admin."""
