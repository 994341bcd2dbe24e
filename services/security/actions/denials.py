"""Recording the denials of gateways in the audit."""

import json

from sqlalchemy.ext.asyncio import AsyncSession

from shared.audit import store as audit
from shared.audit.store import Done
from shared.contracts.denials import CountedDenial, DenialsReport
from shared.process import tracing


async def record_denials(session: AsyncSession, report: DenialsReport) -> None:
    """Adds one entry for each kind of denial, under the name of the account that was denied."""
    await audit.note_all(session, [_entry(report, denial) for denial in report.denials])


def _entry(report: DenialsReport, denial: CountedDenial) -> Done:
    window = {"begin": report.begin.isoformat(), "end": report.end.isoformat()}
    return Done(
        subject=denial.subject,
        name=denial.name or denial.subject,
        operation=denial.operation,
        path=denial.operation.partition(" ")[2],
        feature=denial.feature,
        level=denial.level,
        status=denial.status,
        body=json.dumps({"refused": denial.count, "reason": denial.reason, "address": denial.address, **window}),
        request_id=tracing.request_id() or "",
    )
