"""The audit of a service over HTTP."""

from datetime import datetime
from typing import Annotated

from fastapi import Query
from fastapi.responses import Response
from pydantic import BaseModel, ConfigDict, Field

from shared.access import declared
from shared.access.grants import Level
from shared.audit import store
from shared.audit.store import EntryFilter
from shared.http.callers import CallerOf
from shared.http.files import CSV_RESPONSE
from shared.http.operation import Router
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


class AuditChain(BaseModel):
    """The chain of seals: each is made of an entry and of the seal before it, so that no entry can be changed later."""

    model_config = ConfigDict(from_attributes=True)

    sealed: int = Field(description="How many entries have a seal.")
    head: str = Field(description="The last seal, in hexadecimal. Note it elsewhere to notice a forged chain.")
    unsealed: int = Field(description="How many entries wait for their seal; it takes about a second.")
    checked: int = Field(description="Up to which position the chain was checked, 0 if it never was.")
    checked_at: datetime | None = Field(description="When it was checked.")


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
        caller.require_unlimited("The audit covers")
        entries, cursor, count = await store.list_entries(session, filters, page)
        items = [AuditEntryRead.model_validate(entry) for entry in entries]
        return answer(page, f"{service}-audit", AuditEntryRead, items, cursor, Count.of(count))

    @router.get("/chain", access=declared.feature(f"{service}.audit", Level.VIEW))
    async def read_audit_chain(caller: CallerOf, session: Transaction) -> AuditChain:
        """How far the audit is sealed, and how far its chain was checked last with `ratebook audit verify`."""
        caller.require_unlimited("The audit covers")
        return AuditChain.model_validate(await store.read_chain(session))

    return router
