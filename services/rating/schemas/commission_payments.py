"""Commission payments on the wire."""

from pydantic import BaseModel, ConfigDict, Field

from shared.values.numbers import Id
from shared.values.text import CodeText


class PaymentRequest(BaseModel):
    """Whom to pay (all servers, if none are named), and up to which period."""

    model_config = ConfigDict(extra="forbid")

    servers: list[CodeText] | None = Field(default=None, min_length=1)
    through_period: Id | None = None
