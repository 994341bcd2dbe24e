"""Servers' commission rates on the wire and in files."""

from datetime import date

from pydantic import BaseModel, ConfigDict, Field

from services.rating.rules.commission_rates import RateEntry
from shared.values.money import Rate
from shared.values.text import CodeText


class CommissionRateBody(BaseModel):
    """A server's own percentage, in force on both days and between them; one at a time."""

    model_config = ConfigDict(extra="forbid", from_attributes=True)

    server: CodeText
    percent: Rate = Field(description="`10` is 10 %.")
    effective_from: date
    effective_to: date | None = None

    def to_entry(self) -> RateEntry:
        return RateEntry(self.server, self.percent, self.effective_from, self.effective_to)


class CommissionRateRead(CommissionRateBody):
    id: int
