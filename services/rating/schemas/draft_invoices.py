"""Draft invoices on the wire."""

from pydantic import BaseModel, ConfigDict, Field

from services.rating.rules.exports.claim import EVERYTHING_READY, Selection
from shared.values.numbers import Id


class AssignmentRequest(BaseModel):
    """Which orders to assign, or to take off their drafts."""

    model_config = ConfigDict(extra="forbid")

    selection: Selection = EVERYTHING_READY


class ChosenOrders(BaseModel):
    """Orders by id."""

    model_config = ConfigDict(extra="forbid")

    work_order_ids: list[Id] = Field(min_length=1, max_length=10_000)


class OrdersToTakeOff(BaseModel):
    """Orders by id; all of the invoice, if none are named."""

    model_config = ConfigDict(extra="forbid")

    work_order_ids: list[Id] | None = Field(default=None, min_length=1, max_length=10_000)
