"""The lists of a service that can be asked for as a report, and what a report is."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import Field
from sqlalchemy.ext.asyncio import AsyncSession

from shared.access.declared import Access
from shared.access.grants import Scope
from shared.database.pages import PageQuery
from shared.values.filters import Filter

KEPT_DAYS = 7
MOST_UNFINISHED = 5
"""How many reports of one requester may be unfinished at once."""
MOST_ROWS_OF_REPORT = 5_000_000
ReportStatus = Literal["waiting", "running", "done", "failed"]
Rows = tuple[Sequence[object], str | None]
"""The rows of a page of a list, and the cursor of the next one."""


@dataclass(frozen=True)
class ReportedList:
    """A list that can be asked for as a report: its operation id, who may see it, its filters and its columns.

    `read` reads one page of it for a requester of this scope and name.
    """

    operation: str
    access: Access
    filters: type[Filter]
    columns: Sequence[str]
    read: Callable[[AsyncSession, Scope, Any, PageQuery, str], Awaitable[Rows]]


@dataclass(frozen=True)
class Report:
    """A list that is written to a file by a job. `rows` and `bytes` are how far it is."""

    id: int
    list: Annotated[str, Field(description="The last part of the path of the list.")]
    filters: Annotated[dict[str, Any], Field(description="The filters of the list.")]
    sort: Annotated[str | None, Field(description="The field it is sorted by; `-` in front sorts in descending order.")]
    format: Annotated[Literal["csv"], Field(description="The type of the file.")]
    status: ReportStatus
    requested_by: str
    requested_at: datetime
    rows: Annotated[int, Field(description="How many rows are written.")]
    bytes: Annotated[int, Field(description="The size of what is written.")]
    finished_at: datetime | None
    reason: Annotated[str, Field(description="Why it failed.")]

    @property
    def is_over(self) -> bool:
        return self.status in {"done", "failed"}


@dataclass(frozen=True)
class ReportRow(Report):
    """A report with what it is written with: the scope of its requester, and where the next page begins."""

    scope: Scope
    cursor: str | None
    parts: int


@dataclass(frozen=True)
class Requester:
    """The requester of a report: the stable id of the account, its name, and the scope in which it may see the list."""

    subject: str
    name: str
    scope: Scope
