"""Commands for several chosen orders in bodies."""

from typing import Annotated

from annotated_types import Len
from pydantic import AfterValidator, BaseModel, ConfigDict

from services.rating.rules.order_commands import ChosenOrder
from services.rating.schemas.closings import Reason

MOST_CHOSEN = 1_000


def _each_once(chosen: list[ChosenOrder]) -> list[ChosenOrder]:
    if len({one.work_order_id for one in chosen}) < len(chosen):
        raise ValueError("must not have the same work order twice")
    return chosen


Chosen = Annotated[list[ChosenOrder], Len(1, MOST_CHOSEN), AfterValidator(_each_once)]


class ChosenWorkOrders(BaseModel):
    """Orders by id, each at most once."""

    model_config = ConfigDict(extra="forbid")

    work_orders: Chosen


class WorkOrdersToClose(Reason):
    """Orders by id, each at most once, and the reason."""

    work_orders: Chosen
