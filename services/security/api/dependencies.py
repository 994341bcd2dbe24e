"""The dependencies of endpoints: the entrance, the keys, the features, and the calling user."""

from typing import Annotated

from fastapi import Depends, Request, Response

from services.security.actions.log_ins import Entrance
from services.security.rules.features import Features
from services.security.rules.permissions import GROUPS
from services.security.rules.tokens import TokenKeys
from services.security.rules.users import user_id_of
from shared.access.grants import Level, scope_for
from shared.access.identity import ADDRESS_HEADER
from shared.http.callers import CallerOf
from shared.http.moment import Now
from shared.http.transaction import Transaction


def _token_keys(request: Request) -> TokenKeys:
    keys: TokenKeys = request.app.state.token_keys
    return keys


def _entrance(request: Request, session: Transaction, now: Now) -> Entrance:
    state = request.app.state
    address = request.headers.get(ADDRESS_HEADER, "")
    return Entrance(
        database=state.database,
        session=session,
        keys=state.token_keys,
        address=address or (request.client.host if request.client is not None else "unknown"),
        now=now,
        directory=state.directory,
        crowd=state.crowd,
        user_agent=request.headers.get("user-agent", ""),
    )


def _not_kept(response: Response) -> None:
    response.headers["cache-control"] = "no-store"


def _features(request: Request) -> Features:
    features: Features = request.app.state.features
    return features


def _user_id(caller: CallerOf) -> int | None:
    return user_id_of(caller.principal.subject)


def _changer_id(request: Request, caller: CallerOf) -> int | None:
    return user_id_of(caller.principal.subject) if request.app.state.settings.four_eyes else None


def _administers_groups(caller: CallerOf) -> bool:
    return scope_for(caller.principal.grants, GROUPS, Level.ADMIN) is not None


TokenKeysOf = Annotated[TokenKeys, Depends(_token_keys)]
EntranceOf = Annotated[Entrance, Depends(_entrance)]
NOT_KEPT = Depends(_not_kept)
"""For answers that contain a secret: no cache on the way may keep them."""


FeaturesOf = Annotated[Features, Depends(_features)]
CallerId = Annotated[int | None, Depends(_user_id)]
"""The calling user's id, or None for a caller that is not a user, such as the gateway."""


ChangerId = Annotated[int | None, Depends(_changer_id)]
"""The calling user, who must not change their own groups, or None if the company does not require four eyes."""


AdministersGroups = Annotated[bool, Depends(_administers_groups)]
"""Whether the caller has `security.groups` at admin."""
