"""Commissions on the wire."""

from pydantic import BaseModel, ConfigDict

from shared.values.money import Money
from shared.values.text import FilledLine


class AdjustmentBody(BaseModel):
    """The amount to which a commission is to come, and why."""

    model_config = ConfigDict(extra="forbid")

    amount: Money
    reason: FilledLine
