"""Owns listing what can be granted."""

from services.security.api.dependencies import FeaturesOf
from services.security.rules.features import Feature
from services.security.rules.permissions import GROUPS
from shared.access import declared
from shared.access.grants import Level
from shared.http.operation import Router
from shared.http.pages import Count, Page

router = Router("features")


@router.get("", access=declared.feature(GROUPS, Level.VIEW), summary="What can be granted")
async def list_features(known: FeaturesOf) -> Page[Feature, Count]:
    """Every feature that an operation of any service declares, with the levels and the operations that ask for it.

    The list is always whole: one page.
    """
    return Page(items=list(known.values()), next_cursor=None, totals=Count(count=len(known)))
