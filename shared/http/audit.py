"""The audit of a service over HTTP."""

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
from shared.http.files import CSV_RESPONSE
from shared.http.operation import CallerOf, Router
from shared.http.pages import Count, Page, PageQueryOf, answer
from shared.http.transaction import Transaction


class AuditEntryRead(BaseModel):
    """A command that was carried out: who sent it, the access it needed, and the body. `at` is in UTC."""

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
    """The router for `GET /v1/audit` of a service, with the feature `<service>.audit`."""
    router = Router("audit")

    @router.get(
        "",
        access=declared.feature(f"{service}.audit", Level.VIEW),
        response_model=Page[AuditEntryRead, Count],
        responses=CSV_RESPONSE,
        sorting=store.SORTING,
    )
    async def list_audit_entries(
        filters: Annotated[EntryFilter, Query()],
        page: PageQueryOf,
        caller: CallerOf,
        session: Transaction,
    ) -> Page[AuditEntryRead, Count] | Response:
        """Newest first. The audit covers everyone's work, so a grant that is limited does not give access to it."""
        if caller.scope.limits:
            raise Forbidden(
                "The audit covers all branches, customers and companies, and your grant is limited to some. "
                "Ask an administrator for a grant without limits."
            )
        entries, cursor, count = await store.list_entries(session, filters, page)
        items = [AuditEntryRead.model_validate(entry) for entry in entries]
        return answer(page, f"{service}-audit", AuditEntryRead, items, cursor, Count.of(count))

    return router
