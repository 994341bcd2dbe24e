"""What endpoints share: the company's date, reports as PDF, and the refusals of a change."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Annotated

from fastapi import Depends, Request, Response
from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncSession

from services.rating.actions import references
from services.rating.errors import LockedUseCredit
from services.rating.settings import Settings
from shared.clock import local_date, now
from shared.errors import NotFound, VersionMissing, VersionStale
from shared.http import files
from shared.http.callers import Caller
from shared.http.operation import Naming
from shared.values.partly import PartlyRead

CHANGING = (NotFound, LockedUseCredit, VersionMissing, VersionStale)
_DOCUMENTS = Path(__file__).parent.parent / "documents"


def _today(request: Request) -> date:
    settings: Settings = request.app.state.settings
    return local_date(now(), settings.time_zone)


Today = Annotated[date, Depends(_today)]
"""Today's date in the company's time zone."""


def _zone(request: Request) -> str:
    settings: Settings = request.app.state.settings
    return settings.time_zone


CompanyZone = Annotated[str, Depends(_zone)]
"""The company's time zone, for branches without one."""


async def _unknown_in_selection(session: AsyncSession, read: PartlyRead) -> list[tuple[str, str]]:
    return await references.find_unknown(session, read.value.selection, "/selection")


def selecting(kind: type[BaseModel]) -> Naming:
    """What a body with a selection of orders names."""
    return Naming(kind, _unknown_in_selection)


async def print_report(
    name: str, caller: Caller, filters: BaseModel, content: Mapping[str, object], time_zone: str
) -> Response:
    """Prints the content as PDF with the template of this name, and with the filters, the caller and the time."""
    return await files.print_report(_DOCUMENTS / f"{name}.typ", caller.name, filters, content, time_zone)
