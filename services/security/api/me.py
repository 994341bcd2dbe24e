"""Owns one's own account over HTTP."""

from services.security.actions import me as actions
from services.security.api.dependencies import CallerId
from services.security.schemas.groups import GroupReference
from services.security.schemas.me import EffectiveFeatureAnswer, MeAnswer
from shared.access import declared
from shared.errors import NotFound
from shared.http.operation import Router
from shared.http.transaction import Transaction

router = Router("me")


@router.get("", access=declared.signed_in(), refuses=[NotFound], response_model=MeAnswer, summary="One's own account")
async def read_me(session: Transaction, caller_id: CallerId) -> MeAnswer:
    """The caller's name, groups, and features: each with its level, its limits, and the group that gives it."""
    described = await actions.describe_me(session, caller_id)
    return MeAnswer(
        id=described.user.id,
        name=described.user.name,
        display_name=described.user.display_name,
        groups=[GroupReference(id=group.id, name=group.name) for group in described.user.groups],
        features=[EffectiveFeatureAnswer.of(feature) for feature in described.features],
    )
