"""Owns hearing from gateways what they refused."""

from services.security.actions.denials import record_denials
from shared.access import declared
from shared.access.grants import Level
from shared.access.identity import GATEWAY
from shared.contracts.denials import FEATURE, NOUN, DenialsReport
from shared.errors import Forbidden
from shared.http.operation import CallerOf, Router
from shared.http.transaction import Transaction

router = Router(NOUN)


@router.post(
    "", access=declared.feature(FEATURE, Level.EDIT), status_code=204, idempotent=True, summary="What was refused"
)
async def tell_denials(report: DenialsReport, caller: CallerOf, session: Transaction) -> None:
    """Writes what a gateway refused into the audit. Nobody else may, whatever his groups give him."""
    if caller.principal.subject != GATEWAY:
        raise Forbidden("Only a gateway tells what it refused.")
    await record_denials(session, report)
