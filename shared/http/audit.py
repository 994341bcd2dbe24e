"""Owns looking into the audit of a service."""

from datetime import datetime
from typing import Annotated

from fastapi import Query
from fastapi.responses import Response
from pydantic import BaseModel, ConfigDict

from shared.access import declared
from shared.access.grants import Level
from shared.audit import store
from shared.audit.store import EntryFilter
from shared.errors import Forbidden
from shared.http.operation import CallerOf, Router
from shared.http.pages import Count, Page, PageQueryOf, answer
from shared.http.transaction import Transaction


class AuditEntryRead(BaseModel):
    """A command that was carried out: by whom, with which right, and what he sent. `at` is UTC."""

    model_config = ConfigDict(from_attributes=True)

    id: int
    at: datetime
    name: str
    subject: str
    operation: str
    path: str
    feature: str
    level: str
    status: int
    body: str | None
    request_id: str


def audit_router(service: str) -> Router:
    """`GET /v1/audit` of a service; the feature is `<service>.audit`."""
    router = Router("audit")

    @router.get("", access=declared.feature(f"{service}.audit", Level.VIEW), response_model=Page[AuditEntryRead, Count])
    async def list_audit(
        wanted: Annotated[EntryFilter, Query()],
        query: PageQueryOf,
        caller: CallerOf,
        session: Transaction,
    ) -> Page[AuditEntryRead, Count] | Response:
        """What was done, the newest first. It tells of everybody's work, so a grant with limits does not open it."""
        if caller.scope.limits:
            raise Forbidden("The audit tells of all branches and customers; your grant is limited to some.")
        entries, cursor, count = await store.list_entries(session, wanted, query)
        items = [AuditEntryRead.model_validate(one) for one in entries]
        return answer(query, f"{service}-audit", AuditEntryRead, items, cursor, Count(count=count))

    return router
