"""Owns hearing from gateways what they refused."""

from services.security.actions.denials import record_denials
from services.security.schemas.denials import DenialsReport
from shared.access import declared
from shared.access.grants import Level
from shared.errors import Forbidden
from shared.http.operation import CallerOf, Router
from shared.http.transaction import Transaction

router = Router("denials")

# The subject of a gateway that asks for itself; a user's is a number.
_GATEWAY = "gateway"


@router.post(
    "",
    access=declared.feature("security.denials", Level.EDIT),
    status_code=204,
    idempotent=True,
    summary="What was refused",
)
async def tell_denials(report: DenialsReport, caller: CallerOf, session: Transaction) -> None:
    """Writes what a gateway refused into the audit. Nobody else may, whatever his groups give him."""
    if caller.principal.subject != _GATEWAY:
        raise Forbidden("Only a gateway tells what it refused.")
    await record_denials(session, report.to_denials())
