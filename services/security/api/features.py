"""Owns listing what can be granted."""

from services.security.api.dependencies import FeaturesOf
from services.security.rules.permissions import GROUPS
from services.security.schemas.features import FeatureAnswer
from shared.access import declared
from shared.access.grants import Level
from shared.http.operation import Router
from shared.http.pages import Count, Page

router = Router("features")


@router.get(
    "",
    access=declared.feature(GROUPS, Level.VIEW),
    response_model=Page[FeatureAnswer, Count],
    summary="What can be granted",
)
async def list_features(known: FeaturesOf) -> Page[FeatureAnswer, Count]:
    """Every feature that an operation of any service declares, with the levels and the operations that ask for it.

    The list is always whole: one page.
    """
    items = [FeatureAnswer.of(feature) for feature in known.values()]
    return Page(items=items, next_cursor=None, totals=Count(count=len(items)))
