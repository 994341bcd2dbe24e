"""What users set for themselves, over HTTP: their own only."""

from typing import Annotated

from fastapi import Path

from services.security.actions import preferences as actions
from services.security.api.dependencies import CallerId
from services.security.errors import PreferencesEnough
from services.security.rules.preferences import Preference, PreferenceItem, PreferenceKey
from services.security.schemas.preferences import PreferenceBody
from shared.access import declared
from shared.errors import NotFound, VersionStale
from shared.http.etag import Tagged, VersionIfSent, tagged
from shared.http.moment import Now
from shared.http.operation import Router
from shared.http.pages import Count, Page, PageQueryOf
from shared.http.transaction import Transaction

router = Router("me")
Key = Annotated[PreferenceKey, Path(description="A name that the program chooses, such as `list.work-orders`.")]


@router.get("/preferences", access=declared.signed_in(), refuses=[NotFound])
async def list_own_preferences(
    page: PageQueryOf, session: Transaction, caller_id: CallerId
) -> Page[PreferenceItem, Count]:
    """The keys of your preferences, without their values."""
    found, cursor, count = await actions.list_preferences(session, caller_id, page)
    return Page(items=found, next_cursor=cursor, totals=Count.of(count))


@router.get("/preferences/{key}", access=declared.signed_in(), refuses=[NotFound])
async def read_own_preference(key: Key, response: Tagged, session: Transaction, caller_id: CallerId) -> Preference:
    """What a program has kept for you under this key."""
    return tagged(response, await actions.get_preference(session, caller_id, key))


@router.put(
    "/preferences/{key}",
    access=declared.signed_in(),
    refuses=[NotFound, VersionStale, PreferencesEnough],
    audited=False,
)
async def put_own_preference(
    key: Key,
    body: PreferenceBody,
    *,
    expected: VersionIfSent,
    response: Tagged,
    session: Transaction,
    caller_id: CallerId,
    now: Now,
) -> Preference:
    """Creates or replaces the preference. You can have 200, each of at most 16 KB.

    Send the ETag as `If-Match` if a change from another window must not be lost.
    """
    return tagged(
        response, await actions.put_preference(session, caller_id, key, body.value, expected=expected, now=now)
    )


@router.delete("/preferences/{key}", access=declared.signed_in(), refuses=[NotFound], status_code=204, audited=False)
async def delete_own_preference(key: Key, session: Transaction, caller_id: CallerId) -> None:
    """Programs then use what they use for everyone."""
    await actions.delete_preference(session, caller_id, key)
