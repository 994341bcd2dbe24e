"""Commission payments in bodies."""

from pydantic import BaseModel, ConfigDict, Field

from shared.values.numbers import Id
from shared.values.text import CodeText


class PaymentRequest(BaseModel):
    """The servers to pay (all, if left out), and the last period to include."""

    model_config = ConfigDict(extra="forbid")

    servers: list[CodeText] | None = Field(default=None, min_length=1)
    through_period: Id | None = None
