"""Writes into the audit what a gateway refused."""

import json

from sqlalchemy.ext.asyncio import AsyncSession

from shared.audit import store as audit
from shared.audit.store import Done
from shared.contracts.denials import CountedDenial, DenialsReport
from shared.process import tracing


async def record_denials(session: AsyncSession, report: DenialsReport) -> None:
    """One entry for each kind of refusal, found under the name of whoever was refused."""
    await audit.note_all(session, [_entry(report, one) for one in report.denials])


def _entry(report: DenialsReport, one: CountedDenial) -> Done:
    window = {"begin": report.begin.isoformat(), "end": report.end.isoformat()}
    return Done(
        subject=one.subject,
        name=one.name or one.subject,
        operation=one.operation,
        path=one.operation.partition(" ")[2],
        feature=one.feature,
        level=one.level,
        status=one.status,
        body=json.dumps({"refused": one.count, "reason": one.reason, "address": one.address, **window}),
        request_id=tracing.request_id() or "",
    )
