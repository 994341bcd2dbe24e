"""A company's own templates of invoices."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from pydantic import BaseModel, ConfigDict

from shared.values.numbers import Id

MAX_TEMPLATE_BYTES: Final = 256 * 2**10


@dataclass(frozen=True)
class TemplateVersion:
    """An uploaded template. The `current` one draws the company's invoices; without one, the usual template does."""

    version: int
    current: bool
    saved_by: str
    saved_at: datetime


class TemplateChoice(BaseModel):
    """Which version draws the invoices; null means the usual template."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    version: Id | None
