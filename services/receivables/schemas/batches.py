"""Batches and what validation found in them, on the wire."""

from pydantic import BaseModel, ConfigDict

from shared.values.numbers import CompanyNumber
from shared.values.text import MonthText


class BatchToMake(BaseModel):
    """A batch of a company and month; a restricted one opens for its creator and administrators only."""

    model_config = ConfigDict(extra="forbid")

    ar_company: CompanyNumber
    month: MonthText
    restricted: bool = False


class BatchChange(BaseModel):
    model_config = ConfigDict(extra="forbid")

    restricted: bool
