"""Work orders in bodies."""

from collections.abc import Sequence
from typing import Annotated

from annotated_types import MaxLen

from services.rating.records.charges import Charge, ChargeEntry
from services.rating.records.work_order_services import Service, Services
from services.rating.records.work_orders import EnteredOrder, OrderEntry
from services.rating.rules.order_warnings import OrderWarning
from services.rating.rules.work_orders import Closing, Whereabouts, WorkOrder
from services.rating.schemas.charges import entry_of
from shared.http.bodies import Changes, changes, partial


class OrderWithServices(OrderEntry):
    """An order with its services."""

    services: Services = ()
    """All services of the order, which replace those that it had. The served ZIP, servees, attempts, field status and day of
    completion come from them, and can then not be sent with other values."""


WorkOrderChange = partial(OrderWithServices, "WorkOrderChange", "The fields of a work order to change.")
WorkOrderChanges = Annotated[Changes, changes(WorkOrderChange)]


class NewWorkOrder(EnteredOrder):
    """An order to enter, with the charges that are known before it is rated."""

    services: Services = ()
    """The persons and companies to be served. The served ZIP, servees, attempts, field status and day of completion come
    from them, and can then not be sent with other values."""
    prebills: Annotated[Sequence[Charge], MaxLen(100)] = ()

    def to_prebills(self) -> dict[str, ChargeEntry]:
        """The prebills, by their JSON pointer in the body."""
        return {f"/prebills/{index}": entry_of(charge, "prebill") for index, charge in enumerate(self.prebills)}


class WorkOrderRead(WorkOrder):
    """An order with its last export, why it was last closed or reopened, and what to look at before it is exported.

    `ZERO_TOTAL`: its rating is 0.00, and is exported only if it is chosen by its id. `RATE_CHANGED`: its rates have
    changed since it was rated. `UNKNOWN_CUSTOMER`, `UNKNOWN_BILL_TO`: Accounts Receivable has not reported them yet.
    """

    services: Sequence[Service]
    last_export: Whereabouts | None
    last_closing: Closing | None
    warnings: Sequence[OrderWarning]

    @classmethod
    def of(
        cls,
        order: WorkOrder,
        services: Sequence[Service],
        whereabouts: Whereabouts,
        closing: Closing | None,
        warnings: Sequence[OrderWarning],
    ) -> "WorkOrderRead":
        last_export = None if whereabouts.run_id is None else whereabouts
        return cls.model_construct(
            **dict(order), services=services, last_export=last_export, last_closing=closing, warnings=warnings
        )
