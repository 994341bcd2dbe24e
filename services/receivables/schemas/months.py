"""The months of companies on the wire."""

from pydantic import BaseModel, ConfigDict

from shared.values.numbers import CompanyNumber
from shared.values.text import FilledLine, MonthText


class MonthToClose(BaseModel):
    model_config = ConfigDict(extra="forbid")

    ar_company: CompanyNumber
    month: MonthText


class MonthToReopen(MonthToClose):
    reason: FilledLine
