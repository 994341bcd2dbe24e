"""The time of a request: read once at the edge and handed on."""

from datetime import datetime
from typing import Annotated

from fastapi import Depends, Request

from shared import clock

Now = Annotated[datetime, Depends(clock.now)]
"""The time: asked for here, so that rules never ask."""


def _time_zone(request: Request) -> str:
    zone: str = request.app.state.settings.time_zone
    return zone


TimeZone = Annotated[str, Depends(_time_zone)]
"""The company's time zone, for services that have this setting."""
