"""The bodies of batches."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from services.receivables.rules.batches import BatchDetails
from shared.http.bodies import ChangeBody
from shared.values.fields import parts_of
from shared.values.money import EnteredSum
from shared.values.numbers import CompanyNumber
from shared.values.text import Line, MonthText

ControlCount = Annotated[int, Field(ge=0, le=2**31 - 1)]


class NewBatch(BaseModel):
    """A batch to create in a month of a company. Only its creator and administrators can open a restricted one."""

    model_config = ConfigDict(extra="forbid")

    ar_company: CompanyNumber
    month: MonthText
    restricted: bool = False
    description: Line = ""
    control_total: EnteredSum | None = Field(default=None, description="What the entries should add up to.")
    control_count: ControlCount | None = Field(default=None, description="How many entries there should be.")

    def to_details(self) -> BatchDetails:
        return BatchDetails(**parts_of(self, BatchDetails))


class BatchChange(ChangeBody):
    """The details of a batch to change. Only its creator and administrators can open a restricted one."""

    restricted: bool = False
    description: Line = ""
    control_total: EnteredSum | None = Field(default=None, description="What the entries should add up to.")
    control_count: ControlCount | None = Field(default=None, description="How many entries there should be.")
