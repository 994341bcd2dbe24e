"""The time of a request: read once at the edge and handed on."""

from datetime import datetime
from typing import Annotated

from fastapi import Depends

from shared import clock

Now = Annotated[datetime, Depends(clock.now)]
