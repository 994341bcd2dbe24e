"""Owns listing what can be granted."""

from services.security.api.wiring import FeaturesOf
from services.security.rules.permissions import GROUPS
from services.security.schemas.features import FeatureAnswer
from shared import access
from shared.access import Level
from shared.listing import Count, Page
from shared.operation import Router

features = Router("features")


@features.get(
    "",
    access=access.feature(GROUPS, Level.VIEW),
    response_model=Page[FeatureAnswer, Count],
    summary="What can be granted",
)
async def list_features(known: FeaturesOf) -> Page[FeatureAnswer, Count]:
    """Every feature that an operation of any service declares, with the levels and the operations that ask for it.

    The list is always whole: one page.
    """
    items = [FeatureAnswer.of(feature) for feature in known.values()]
    return Page(items=items, next_cursor=None, totals=Count(count=len(items)))
