"""The bodies of batches."""

from pydantic import BaseModel, ConfigDict

from shared.values.numbers import CompanyNumber
from shared.values.text import MonthText


class NewBatch(BaseModel):
    """A batch to create in a month of a company. Only its creator and administrators can open a restricted one."""

    model_config = ConfigDict(extra="forbid")

    ar_company: CompanyNumber
    month: MonthText
    restricted: bool = False


class BatchChange(BaseModel):
    """Whether a batch is restricted to its creator and administrators."""

    model_config = ConfigDict(extra="forbid")

    restricted: bool
