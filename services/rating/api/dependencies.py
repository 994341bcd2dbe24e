"""What endpoints have in common: the date at the company, a list as PDF, and what refuses a change of an order or a draft."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Annotated

from fastapi import Depends, Request, Response
from pydantic import BaseModel

from services.rating.errors import LockedUseCredit
from services.rating.settings import Settings
from shared.clock import local_date, now
from shared.errors import NotFound, VersionMissing, VersionStale
from shared.http import files
from shared.http.operation import Caller

CHANGING = (NotFound, LockedUseCredit, VersionMissing, VersionStale)
_DOCUMENTS = Path(__file__).parent.parent / "documents"


def _today(request: Request) -> date:
    settings: Settings = request.app.state.settings
    return local_date(now(), settings.time_zone)


Today = Annotated[date, Depends(_today)]
"""The date at the company."""


async def print_report(name: str, caller: Caller, wanted: BaseModel, content: Mapping[str, object]) -> Response:
    """The PDF that the template of this name makes of the content, with the filters and who printed it when."""
    return await files.print_report(_DOCUMENTS / f"{name}.typ", caller.name, wanted, content)
