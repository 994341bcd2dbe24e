"""Reports as PDF: what every printed list has in common."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path

from fastapi import Request, Response
from pydantic import BaseModel

from services.rating.settings import Settings
from shared.clock import local_date, now
from shared.documents import render_pdf
from shared.operation import Caller
from shared.tables import PDF_TYPE

_DOCUMENTS = Path(__file__).parent.parent / "documents"


def today(request: Request) -> date:
    """The date at the company."""
    settings: Settings = request.app.state.settings
    return local_date(now(), settings.time_zone)


async def print_report(name: str, caller: Caller, wanted: BaseModel, content: Mapping[str, object]) -> Response:
    """The PDF that the template of this name makes of the content, with the filters and who printed it when."""
    printed_at = now()
    document = {
        "printed_at": f"{printed_at:%Y-%m-%d %H:%M} UTC",
        "printed_by": caller.name,
        "filter": {word: str(value) for word, value in wanted.model_dump(exclude_none=True).items()},
        **content,
    }
    pdf = await render_pdf(_DOCUMENTS / f"{name}.typ", document, printed_at)
    filename = name.replace("_", "-")
    return Response(pdf, media_type=PDF_TYPE, headers={"content-disposition": f'attachment; filename="{filename}.pdf"'})
