"""Draft invoices in bodies."""

from pydantic import BaseModel, ConfigDict, Field

from services.rating.rules.exports.claim import EVERYTHING_READY, Selection
from shared.values.numbers import Id


class AssignmentRequest(BaseModel):
    """Which orders to assign, or to take off their draft invoices."""

    model_config = ConfigDict(extra="forbid")

    selection: Selection = EVERYTHING_READY


class ChosenOrders(BaseModel):
    """Orders by id."""

    model_config = ConfigDict(extra="forbid")

    work_order_ids: list[Id] = Field(min_length=1, max_length=10_000)


class OrdersToTakeOff(BaseModel):
    """Orders by id. If they are left out, all orders of the invoice."""

    model_config = ConfigDict(extra="forbid")

    work_order_ids: list[Id] | None = Field(default=None, min_length=1, max_length=10_000)
