"""The features over HTTP."""

from services.security.api.dependencies import FeaturesOf
from services.security.rules.features import Feature
from services.security.rules.permissions import GROUPS
from shared.access import declared
from shared.access.grants import Level
from shared.http.operation import Router
from shared.http.pages import Count, Page

router = Router("features")


@router.get("", access=declared.feature(GROUPS, Level.VIEW))
async def list_features(known: FeaturesOf) -> Page[Feature, Count]:
    """All features that can be granted, with the levels and operations of any service that require them.

    The list is always complete, on one page.
    """
    return Page(items=list(known.values()), next_cursor=None, totals=Count(count=len(known)))
