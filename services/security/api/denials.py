"""Denials reported by gateways over HTTP."""

from services.security.actions.denials import record_denials
from shared.access import declared
from shared.access.grants import Level
from shared.access.identity import GATEWAY
from shared.contracts.denials import FEATURE, NOUN, DenialsReport
from shared.errors import Forbidden
from shared.http.callers import CallerOf
from shared.http.operation import Router
from shared.http.transaction import Transaction

router = Router(NOUN)


@router.post("", access=declared.feature(FEATURE, Level.EDIT), status_code=204, idempotent=True)
async def report_denials(report: DenialsReport, caller: CallerOf, session: Transaction) -> None:
    """Records the denials of a gateway in the audit. Only gateways may call this, regardless of group membership."""
    if caller.principal.subject != GATEWAY:
        raise Forbidden("Only gateways may report denials.")
    await record_denials(session, report)
