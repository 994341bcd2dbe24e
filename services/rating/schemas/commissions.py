"""Commissions in bodies."""

from pydantic import BaseModel, ConfigDict

from shared.values.money import EnteredMoney
from shared.values.text import FilledLine


class AdjustmentBody(BaseModel):
    """The new amount of a commission, and the reason."""

    model_config = ConfigDict(extra="forbid")

    amount: EnteredMoney
    reason: FilledLine
