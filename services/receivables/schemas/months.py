"""The bodies to close and reopen months."""

from pydantic import BaseModel, ConfigDict

from shared.values.numbers import CompanyNumber
from shared.values.text import FilledLine, MonthText


class MonthToClose(BaseModel):
    """The month to close."""

    model_config = ConfigDict(extra="forbid")

    ar_company: CompanyNumber
    month: MonthText


class MonthToReopen(MonthToClose):
    """The month to reopen, and why."""

    reason: FilledLine
