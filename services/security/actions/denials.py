"""Writes into the audit what a gateway refused."""

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from services.security.rules.denials import Denial
from shared.audit import store as audit
from shared.audit.store import Done
from shared.process import tracing


async def record_denials(session: AsyncSession, denials: Sequence[Denial]) -> None:
    """One entry for each kind of refusal, found under the name of whoever was refused."""
    request_id = tracing.request_id() or ""
    await audit.note_all(
        session,
        [
            Done(
                subject=one.subject,
                name=one.name or one.subject,
                operation=one.operation,
                path=one.path,
                feature=one.feature,
                level=one.level,
                status=one.status,
                body=one.told(),
                request_id=request_id,
            )
            for one in denials
        ],
    )
