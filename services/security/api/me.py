"""The caller's own account over HTTP."""

from services.security.actions import me as actions
from services.security.api.dependencies import CallerId
from services.security.rules.me import Me
from shared.access import declared
from shared.errors import NotFound
from shared.http.operation import Router
from shared.http.transaction import Transaction

router = Router("me")


@router.get("", access=declared.signed_in(), refuses=[NotFound])
async def read_own_account(session: Transaction, caller_id: CallerId) -> Me:
    """Your name, groups and features: each with its level, its limits, and the group that grants it."""
    return await actions.describe_me(session, caller_id)
