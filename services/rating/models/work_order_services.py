"""The services of work orders."""

from sqlalchemy import Index, UniqueConstraint

from services.rating.models.table import Table
from services.rating.records.work_order_services import Service
from shared.database import columns
from shared.database.columns import reference


class WorkOrderService(Service, Table, table=True):
    """The services of orders. A change replaces all services of an order."""

    __tablename__ = "work_order_service"
    __table_args__ = (
        UniqueConstraint("work_order_id", "position"),
        reference("server", server="code"),
        Index(
            "work_order_service_party",
            "party",
            postgresql_using="gin",
            postgresql_ops={"party": "gin_trgm_ops"},
        ),
    )

    id: int = columns.identity()
    work_order_id: int = columns.big("work_order.id")
    position: int
