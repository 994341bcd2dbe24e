"""Reports as PDF: what every printed list has in common."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path

from fastapi import Request, Response
from pydantic import BaseModel

from services.rating.settings import Settings
from shared.clock import local_date, now
from shared.http import files
from shared.http.operation import Caller

_DOCUMENTS = Path(__file__).parent.parent / "documents"


def today(request: Request) -> date:
    """The date at the company."""
    settings: Settings = request.app.state.settings
    return local_date(now(), settings.time_zone)


async def print_report(name: str, caller: Caller, wanted: BaseModel, content: Mapping[str, object]) -> Response:
    """The PDF that the template of this name makes of the content, with the filters and who printed it when."""
    return await files.print_report(_DOCUMENTS / f"{name}.typ", caller.name, wanted, content)
